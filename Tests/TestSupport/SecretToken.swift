internal import Crypto
internal import Foundation

/// Tokens signed with a secret that the server shares (HS256), for audience `selvedge`.
package enum SecretToken {
    package static let secret = "0123456789abcdef0123456789abcdef"

    /// - Parameter end: seconds from now until it ends.
    package static func text(_ subject: String, end: Int = 3_600) -> String {
        let now = Int(Date().timeIntervalSince1970)
        let claims = "{\"sub\":\"\(subject)\",\"aud\":\"selvedge\",\"iat\":\(now - 7_200),\"exp\":\(now + end)}"
        let signed = "\(part("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".utf8)).\(part(claims.utf8))"
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(signed.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return "\(signed).\(part(code))"
    }

    private static func part(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
