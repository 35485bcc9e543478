internal import Crypto
internal import Foundation
internal import SwiftASN1
internal import X509

/// An authority, a server for this machine's loopback and a client, in PEM, in a directory of their own.
package final class CertificateFiles: Sendable {
    private let directory: String

    package var authority: String { directory + "/authority.pem" }
    package var server: String { directory + "/server.pem" }
    package var serverKey: String { directory + "/server.key" }
    package var client: String { directory + "/client.pem" }
    package var clientKey: String { directory + "/client.key" }

    /// - Parameter namesAddress: whether the server's certificate bears 127.0.0.1 as well.
    package init(namesAddress: Bool = false) throws {
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        directory = (isThere ? memory : NSTemporaryDirectory()) + "/selvedge-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName("authority \(UUID().uuidString)") }
        let own = try Self.certificate(
            name, key.publicKey, by: name, key,
            try Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            })
        try write(authority, own.serializeAsPEM())
        var names: [GeneralName] = [.dnsName("localhost")]
        if namesAddress { names.append(.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))) }
        try issue(
            server, serverKey, by: name, key,
            try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames(names)
            })
        try issue(
            client, clientKey, by: name, key,
            try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames([.uniformResourceIdentifier("spiffe://shop.example/web")])
            })
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func issue(
        _ file: String, _ keyFile: String, by issuer: DistinguishedName, _ issuerKey: Certificate.PrivateKey,
        _ extensions: Certificate.Extensions
    ) throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("one") }
        let certificate = try Self.certificate(
            name, Certificate.PrivateKey(key).publicKey, by: issuer, issuerKey, extensions)
        try write(file, certificate.serializeAsPEM())
        try key.pemRepresentation.write(toFile: keyFile, atomically: false, encoding: .utf8)
    }

    private static func certificate(
        _ subject: DistinguishedName, _ key: Certificate.PublicKey, by issuer: DistinguishedName,
        _ issuerKey: Certificate.PrivateKey, _ extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key,
            notValidBefore: Date().addingTimeInterval(-60), notValidAfter: Date().addingTimeInterval(600),
            issuer: issuer, subject: subject, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: issuerKey)
    }

    private func write(_ file: String, _ document: PEMDocument) throws {
        try document.pemString.write(toFile: file, atomically: false, encoding: .utf8)
    }
}
