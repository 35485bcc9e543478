package import Identity
package import NIOSSL

extension TLSFiles {
    /// What the wire protocol speaks by ALPN.
    private static let applicationProtocol = "selvedge/1"

    /// Reads the files. TLS 1.2 and later; callers are asked for a certificate where `client_ca` says whom to trust, and
    /// may come without one, by token.
    package func wireContext() throws(ConfigurationError) -> NIOSSLContext {
        var settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: try read(certificate, "certificate") {
                try NIOSSLCertificate.fromPEMFile($0).map { .certificate($0) }
            },
            privateKey: .privateKey(try read(key, "key") { try NIOSSLPrivateKey(file: $0, format: .pem) }))
        settings.minimumTLSVersion = .tlsv12
        settings.applicationProtocols = [Self.applicationProtocol]
        if let clientCA {
            settings.trustRoots = .certificates(
                try read(clientCA, "client_ca") { try NIOSSLCertificate.fromPEMFile($0) })
            settings.certificateVerification = .optionalVerification
        }
        do {
            return try NIOSSLContext(configuration: settings)
        } catch {
            throw problem(
                certificate, "tls", "certificate and key cannot be used together; is the key that of the leaf?")
        }
    }

    private func read<Value>(
        _ path: String, _ field: String, _ body: (String) throws -> Value
    ) throws(ConfigurationError) -> Value {
        do {
            return try body(path)
        } catch {
            throw problem(
                path, "tls.\(field)", "is not a PEM file that can be read; check path, permissions and content")
        }
    }

    private func problem(_ path: String, _ field: String, _ problem: String) -> ConfigurationError {
        ConfigurationError(file: path, line: 0, column: 0, key: field, problem: problem)
    }
}
