import Foundation
import GraphStore
import Identity
import LMDB
import TestSupport
import Testing

@Suite struct AuditHeadFileTests {
    private let directory: TemporaryDirectory
    private let environment: Environment
    private let keyRing: KeyRing
    private let file: AuditHeadFile

    init() throws {
        directory = try TemporaryDirectory()
        environment = try Environment(
            directory: directory.path, tables: [Tables.audit.declaration],
            options: Environment.Options(mapSize: 1 << 28, growthStep: 1 << 20))
        keyRing = try KeyRing(bundle: KeyBundle(random: SystemRandom()))
        file = AuditHeadFile(path: directory.path + "/audit.heads")
    }

    private func enter(_ count: Int) throws {
        try environment.write { transaction in
            for _ in 0..<count {
                let draft = AuditLog.Draft(
                    time: Timestamp(milliseconds: 5), principal: "p", role: "admin", action: "resolve", reason: "a test"
                )
                try AuditLog.enter(draft, keyRing: keyRing, &transaction)
            }
        }
    }

    @discardableResult
    private func sign() throws -> AuditHead? {
        try environment.read { try file.sign($0, keyRing: keyRing, at: Timestamp(milliseconds: 9)) }
    }

    private func verdict() throws -> AuditVerdict {
        let heads = try file.read()
        let key = try keyRing.auditSigningKey().publicKey
        var verifier = AuditVerifier(keyRing: keyRing, publicKey: key, heads: heads)
        return try environment.read { snapshot in
            try snapshot.scan(Tables.audit) { sequence, payload in
                verifier.take(sequence: sequence, bytes: (0..<payload.byteCount).map { payload.uint8(at: $0) })
                return .proceed
            }
            let verdict = verifier.finish()
            #expect(
                try AuditLog.verify(snapshot, keyRing: keyRing, publicKey: key, heads: heads.compactMap { $0 })
                    == verdict)
            return verdict
        }
    }

    @Test func aHeadIsSignedWhereThereIsSomethingNew() throws {
        #expect(try sign() == nil)
        #expect(try verdict() == .whole(entries: 0, heads: 0, uncovered: 0))
        try enter(3)
        #expect(try sign()?.count == 3)
        #expect(try sign() == nil)
        try enter(2)
        #expect(try verdict() == .whole(entries: 5, heads: 1, uncovered: 2))
        #expect(try sign()?.number == 1)
        #expect(try verdict() == .whole(entries: 5, heads: 2, uncovered: 0))
    }

    @Test func aHeadThatACrashCutShortIsWrittenOver() throws {
        try enter(1)
        try sign()
        for cut in [1, 64, 127] {
            let whole = try Data(contentsOf: URL(filePath: file.path))
            try (whole + Data(repeating: 7, count: cut)).write(to: URL(filePath: file.path))
            #expect(try file.read().count == whole.count / 128)
            try enter(1)
            try sign()
            #expect(try file.read().allSatisfy { $0 != nil })
            guard case .whole(_, _, 0) = try verdict() else {
                Issue.record("cut after \(cut) bytes: \(try verdict())")
                continue
            }
        }
    }

    @Test func lastEntriesThatAreGoneFromTheTableAreNamed() throws {
        try enter(6)
        try sign()
        try environment.write { transaction in
            for number: UInt64 in 5...6 { try transaction.delete(Tables.audit, number) }
        }
        #expect(try verdict() == .broken(AuditFault(place: .entry(5), problem: .cutOff)))
    }

    // MARK: Keys

    @Test func theGoldenSignatureIsTheStandards() throws {
        // RFC 8032, 7.1, tests 1 and 2: as a verifier, whose keys are given.
        func bytes(_ text: String) -> [UInt8] {
            stride(from: 0, to: text.count, by: 2).compactMap { UInt8(text.dropFirst($0).prefix(2), radix: 16) }
        }
        let first = try #require(
            VerifyingKey(bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")))
        let signature = bytes(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        )
        #expect(first.verifies(signature, of: []))
        #expect(!first.verifies(signature, of: [0]))
        #expect(!first.verifies(Array(signature.dropLast()), of: []))
    }

    @Test func whatIsSignedVerifiesWithThePublicKeyAlone() throws {
        let key = try keyRing.auditSigningKey()
        let signature = try key.signature(of: [1, 2, 3])
        #expect(try key.signature(of: [1, 2, 3]) == signature)
        #expect(key.publicKey.verifies(signature, of: [1, 2, 3]))
        #expect(!key.publicKey.verifies(signature, of: [1, 2]))
        #expect("\(key)" == "<redacted>")
        #expect(key.publicKey.hexadecimalText.count == 64)
    }

    @Test func thePEMIsWhatOpenSSLReads() throws {
        let key = try keyRing.auditSigningKey().publicKey
        let lines = key.pem.split(separator: "\n")
        #expect(lines.first == "-----BEGIN PUBLIC KEY-----" && lines.last == "-----END PUBLIC KEY-----")
        let der = try #require(Data(base64Encoded: String(lines[1])))
        #expect(Array(der.suffix(32)) == key.bytes && der.count == 44)
    }

    @Test func anActionIsAWordOfTheProgramsOwn() {
        #expect(AuditWord(checking: "selvedge.v1.Identity/Resolve")?.text == "selvedge.v1.Identity/Resolve")
        for text in ["", "user@example.com", "+4917012345", "prf_01H8", "a\nb", "ä", String(repeating: "a", count: 65)]
        {
            #expect(AuditWord(checking: text) == nil, "\(text)")
        }
    }
}
