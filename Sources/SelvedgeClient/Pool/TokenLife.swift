internal import Foundation

/// When a token is to be renewed: a fifth of what it has left before its end, at most a minute.
enum TokenLife {
    private struct Claims: Decodable { let exp: Double? }

    /// By the token's own `exp`, which is read and not verified; nil where it has none.
    static func renewal(of token: String) -> Duration? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var text = parts[1].replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.count % 4) % 4)
        guard let data = Data(base64Encoded: String(text)),
            let expires = (try? JSONDecoder().decode(Claims.self, from: data))?.exp, expires.isFinite,
            abs(expires) < 1e12
        else { return nil }
        return renewal(expires: Int64(expires * 1_000))
    }

    /// - Parameter expires: milliseconds since 1970, UTC; 0: it does not end.
    static func renewal(expires: Int64) -> Duration? {
        guard expires > 0 else { return nil }
        let left = Double(expires) / 1_000 - Date().timeIntervalSince1970
        return .seconds(max(0, left - min(60, left / 5)))
    }
}
