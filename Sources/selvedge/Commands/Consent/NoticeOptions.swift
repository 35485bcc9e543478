internal import ArgumentParser
internal import Backfill
internal import Foundation
internal import Identity

/// What a decision is proved by: the notice that was shown, the way it came, and what else there is.
struct NoticeOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The notice that was shown: its name.", valueName: "id"))
    var noticeID: String?

    @Option(name: .long, help: ArgumentHelp("The notice's version.", valueName: "version"))
    var noticeVersion: String?

    @Option(name: .long, help: ArgumentHelp("The language it was shown in, BCP 47, such as de-AT.", valueName: "tag"))
    var language: String?

    @Option(name: .long, help: ArgumentHelp("SHA-256 of the text shown.", valueName: "hex"))
    var noticeSha256: String?

    @Option(name: .long, help: ArgumentHelp("The text shown: its SHA-256 is kept, not the text.", valueName: "file"))
    var noticeFile: String?

    @Option(
        name: .long, help: ArgumentHelp("The way the decision came, such as web or call_centre.", valueName: "name"))
    var channel: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What proves it, such as a signed form: its SHA-256 is kept, not the file.", valueName: "file"))
    var evidenceFile: String?

    @Option(name: .long, help: ArgumentHelp("SHA-256 of what proves it.", valueName: "hex"))
    var evidenceSha256: String?

    private var ofNotice: [String?] { [noticeID, noticeVersion, language, noticeSha256, noticeFile] }

    var isEmpty: Bool { (ofNotice + [channel, evidenceFile, evidenceSha256]).allSatisfy { $0 == nil } }

    func validate() throws {
        guard noticeID != nil || ofNotice.allSatisfy({ $0 == nil }) else {
            throw ValidationError("a notice needs --notice-id")
        }
        guard noticeSha256 == nil || noticeFile == nil else {
            throw ValidationError("give --notice-file or --notice-sha256")
        }
        guard evidenceSha256 == nil || evidenceFile == nil else {
            throw ValidationError("give --evidence-file or --evidence-sha256")
        }
    }

    /// Puts them into a decision.
    func complete(_ draft: inout DecisionDraft) throws {
        draft.channel = channel
        draft.evidence = try evidenceFile.map(Self.sha256) ?? evidenceSha256
        guard let noticeID else { return }
        var notice = NoticeDraft()
        notice.id = noticeID
        notice.version = noticeVersion ?? ""
        notice.language = language ?? ""
        notice.sha256 = try noticeFile.map(Self.sha256) ?? noticeSha256
        draft.notice = notice
    }

    /// Most bytes of a file that is hashed: it is read whole.
    private static let fileLimit = 256 << 20

    private static func sha256(of path: String) throws -> String {
        do {
            let descriptor = try Descriptor.open(path, O_RDONLY)
            defer { descriptor.close() }
            var bytes: [UInt8] = []
            while try descriptor.read(1 << 18, into: &bytes) > 0 {
                guard bytes.count <= fileLimit else {
                    throw Failure(.refusedInput, "\(path) has more than \(fileLimit) bytes; give its SHA-256")
                }
            }
            return Digest(sha256: bytes.span).description
        } catch let error as SystemError {
            throw Failure(.refusedInput, "\(path) cannot be read: \(error)")
        }
    }
}
