package import GRPCNIOTransportHTTP2Posix
package import Identity
internal import NIOCertificateReloading
package import NIOSSL
internal import Synchronization

extension TLSFiles {
    /// For gRPC. Where `client_ca` says whom to trust, callers must show a certificate of it: grpc-swift demands one or asks for
    /// none. Where it does not, they come by token.
    package func grpcSecurity(
        _ certificates: ReloadedCertificates
    ) -> HTTP2ServerTransport.Posix.TransportSecurity {
        let clientCA = clientCA
        return .tls(
            .defaults(
                certificateChain: [.file(path: certificate, format: .pem)],
                privateKey: .file(path: key, format: .pem)
            ) { config in
                config.certificateReloader = certificates
                guard let clientCA else { return }
                config.clientCertificateVerification = .noHostnameVerification
                config.trustRoots = .certificates([.file(path: clientCA, format: .pem)])
            })
    }
}

/// The certificate that new gRPC connections are shown.
package final class ReloadedCertificates: CertificateReloader {
    private let current: Mutex<NIOSSLContextConfigurationOverride>

    package init(_ files: TLSFiles) throws(ConfigurationError) { current = Mutex(try files.override()) }

    package var sslContextConfigurationOverride: NIOSSLContextConfigurationOverride { current.withLock { $0 } }

    package func reload(_ files: TLSFiles) throws(ConfigurationError) {
        let next = try files.override()
        current.withLock { $0 = next }
    }
}

extension TLSFiles {
    fileprivate func override() throws(ConfigurationError) -> NIOSSLContextConfigurationOverride {
        // Certificate and key are held against each other there.
        _ = try wireContext()
        var override = NIOSSLContextConfigurationOverride()
        do {
            override.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
            override.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        } catch {
            throw ConfigurationError(
                file: certificate, line: 0, column: 0, key: "tls",
                problem: "certificate or key cannot be read again; check path and permissions")
        }
        return override
    }
}
