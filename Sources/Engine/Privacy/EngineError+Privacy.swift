internal import GraphStore

/// What acts under data protection law are refused for.
extension EngineError {
    var privacyDescription: String {
        switch self {
        case .suppressed:
            "an identifier is suppressed: it was erased, or its holder has objected; `selvedge privacy lift` with a new "
                + "consent of the person lets it come back"
        case .noSuchErasure(let number):
            "no erasure has the number \(number); `selvedge privacy list` shows those that there are"
        case .unknownSubject:
            "the profile id leads to nothing: name an identifier of the person"
        case .wrongState(let number, let state):
            "erasure \(number) is \(state), which this step does not follow; `selvedge privacy status \(number)` says more"
        case .otherRequest(let number):
            "the hash is not that of request \(number): read the request again, and give the hash that is shown with it"
        case .ownRequest(let number):
            "request \(number) takes a second principal: who has made it must not approve it"
        case .expiredApproval(let number):
            "the approval of request \(number) has expired, and with it the request: make it anew"
        case .notAGrant:
            "only a new consent lets a suppressed person come back: give a decision that grants a purpose"
        case .notVerified(let number, let found):
            "erasure \(number) is not verified: \(found.fileHits) hits in files, rows in "
                + "\(found.rowHits.isEmpty ? "no table" : found.rowHits.keys.sorted().joined(separator: ", ")), "
                + "\(found.oldGenerations) old generations that somebody reads; end the readers, scrub again, then run it"
        default: "\(self)"
        }
    }
}
