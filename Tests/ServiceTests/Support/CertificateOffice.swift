import Crypto
import Foundation
import Service
import SwiftASN1
import TestSupport
import X509

/// An authority that signs certificates, valid by this machine's clock, and leaves them as files.
struct CertificateOffice: Sendable {
    private let name: DistinguishedName
    private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    private let directory: TemporaryDirectory
    private let label: String
    /// Its own certificate, PEM.
    let file: String

    init(_ label: String, in directory: TemporaryDirectory) throws {
        self.label = label
        self.directory = directory
        name = try DistinguishedName { CommonName("authority \(label)") }
        file = "\(directory.path)/\(label).pem"
        var extensions = Certificate.Extensions()
        try extensions.append(
            Certificate.Extension(BasicConstraints.isCertificateAuthority(maxPathLength: nil), critical: true))
        try extensions.append(Certificate.Extension(KeyUsage(keyCertSign: true), critical: true))
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date().addingTimeInterval(-86_400), notValidAfter: Date().addingTimeInterval(86_400),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions,
            issuerPrivateKey: key)
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        try Self.write(serializer.serializedBytes, file)
    }

    /// A certificate and its key, as files.
    func sign(_ draft: CertificateDraft, _ moment: Date = Date()) throws -> (file: String, key: String) {
        let own = P256.Signing.PrivateKey()
        let path = "\(directory.path)/\(label)-\(UUID().uuidString)"
        let bytes = try draft.der(
            Certificate.PrivateKey(own).publicKey, issuer: name, signedBy: key, at: moment)
        try Self.write(bytes, path + ".pem")
        try own.pemRepresentation.write(toFile: path + ".key", atomically: false, encoding: .utf8)
        return (path + ".pem", path + ".key")
    }

    /// What a server shows, and whom it trusts with its callers; nil: nobody.
    func server(trusting clients: CertificateOffice?) throws -> TLSFiles {
        let own = try sign(
            .with {
                $0.names = [.dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))]
                $0.extendedKeyUsage = [.serverAuth]
            })
        return TLSFiles(certificate: own.file, key: own.key, clientCA: clients?.file)
    }

    private static func write(_ der: [UInt8], _ path: String) throws {
        let text = PEMDocument(type: "CERTIFICATE", derBytes: der).pemString
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }
}
