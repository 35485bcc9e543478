import Crypto
import Foundation
import Identity
import SwiftASN1
import X509

/// A client's certificate as a test wants it. As it stands it is one that the server takes.
struct CertificateDraft: Sendable {
    /// Nil: the extension is not there.
    var names: [GeneralName]? = [.uniformResourceIdentifier("spiffe://shop.example/web")]
    var basicConstraints: BasicConstraints? = .notCertificateAuthority
    var keyUsage: KeyUsage? = KeyUsage(digitalSignature: true)
    var extendedKeyUsage: [ExtendedKeyUsage.Usage]? = [.clientAuth]
    /// A second extension of names beside the first.
    var furtherNames: [GeneralName]?
    /// Seconds from the tests' moment.
    var validFrom = -3_600
    var validThrough = 3_600

    static func with(_ change: (inout CertificateDraft) -> Void) -> CertificateDraft {
        var draft = CertificateDraft()
        change(&draft)
        return draft
    }

    static func uri(_ text: String) -> CertificateDraft {
        with { $0.names = [.uniformResourceIdentifier(text)] }
    }

    /// DER; signed by its own key, as the chain is TLS's affair.
    func der() throws -> [UInt8] {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let name = try DistinguishedName { CommonName("a workload") }
        let moment = Date(timeIntervalSince1970: Double(TokenForge.now.milliseconds / 1_000))
        return try der(key.publicKey, issuer: name, signedBy: key, at: moment)
    }

    /// DER; signed by an issuer, valid around a moment.
    func der(
        _ key: Certificate.PublicKey, issuer: DistinguishedName, signedBy issuerKey: Certificate.PrivateKey,
        at moment: Date
    ) throws -> [UInt8] {
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key,
            notValidBefore: moment.addingTimeInterval(Double(validFrom)),
            notValidAfter: moment.addingTimeInterval(Double(validThrough)), issuer: issuer,
            subject: try DistinguishedName { CommonName("a workload") }, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try extensions(), issuerPrivateKey: issuerKey)
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        var bytes = serializer.serializedBytes
        if furtherNames != nil, let place = bytes.firstRange(of: [0x06, 0x03, 0x55, 0x1D, 0x12]) {
            bytes[place.upperBound - 1] = 0x11
        }
        return bytes
    }

    private func extensions() throws -> Certificate.Extensions {
        var extensions = Certificate.Extensions()
        if let basicConstraints { try extensions.append(Certificate.Extension(basicConstraints, critical: true)) }
        if let keyUsage { try extensions.append(Certificate.Extension(keyUsage, critical: true)) }
        if let extendedKeyUsage {
            try extensions.append(Certificate.Extension(ExtendedKeyUsage(extendedKeyUsage), critical: false))
        }
        if let names { try extensions.append(Certificate.Extension(SubjectAlternativeNames(names), critical: false)) }
        if let furtherNames {
            // X509 makes no second one: it is made as a list of the issuer's names (2.5.29.18), and renamed below.
            let like = try Certificate.Extension(SubjectAlternativeNames(furtherNames), critical: false)
            try extensions.append(Certificate.Extension(oid: [2, 5, 29, 18], critical: false, value: like.value))
        }
        return extensions
    }
}
