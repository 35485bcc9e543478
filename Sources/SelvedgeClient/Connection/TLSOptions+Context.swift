internal import NIOSSL
internal import Wire

extension TLSOptions {
    /// TLS 1.2 or later, the server's certificate verified, ALPN `selvedge/1`.
    func context() throws(SelvedgeError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = [WireProtocol.alpn]
        if let authorityFile {
            configuration.trustRoots = .certificates(try certificates(authorityFile, "tls.authorityFile"))
        }
        guard (certificateFile == nil) == (keyFile == nil) else {
            throw ClientConfiguration.invalid("a client certificate goes with its key: name both files", "tls.keyFile")
        }
        if let certificateFile, let keyFile {
            configuration.certificateChain = try certificates(certificateFile, "tls.certificateFile")
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(try key(keyFile))
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw ClientConfiguration.invalid("the certificate and the key do not go together", "tls")
        }
    }

    /// What is asked for by SNI; nil for an address, which the certificate must then bear.
    func name(of host: String) -> String? {
        if let serverName { return serverName }
        let isAddress = host.contains(":") || host.split(separator: ".").allSatisfy { UInt8($0) != nil }
        return isAddress ? nil : host
    }

    private func certificates(_ file: String, _ field: String) throws(SelvedgeError) -> [NIOSSLCertificate] {
        do {
            let all = try NIOSSLCertificate.fromPEMFile(file)
            if !all.isEmpty { return all }
        } catch {}
        throw ClientConfiguration.invalid("\(file) cannot be read, or holds no certificate in PEM", field)
    }

    private func key(_ file: String) throws(SelvedgeError) -> NIOSSLPrivateKey {
        do {
            return try NIOSSLPrivateKey(file: file, format: .pem)
        } catch {
            throw ClientConfiguration.invalid("\(file) cannot be read, or holds no private key in PEM", "tls.keyFile")
        }
    }
}
