internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import LMDB
internal import SelvedgeClient

extension PrivacyRole: ExpressibleByArgument {}

/// Who looks past consent, and why: every such look is an entry of the audit, written before the first read.
struct AccessOptions: ParsableArguments {
    @Option(
        name: .long,
        help: """
            Look past consent, as one of these roles. The audit keeps who looks, why, and at whom; it takes the \
            writer's lock. Over a server the role is the policy's.
            """)
    var role: PrivacyRole?

    @Option(
        name: .customLong("by"),
        help: ArgumentHelp(
            "Who looks: a name of your staff or systems, 1 to 256 bytes. Over a server it is the caller.",
            valueName: "who"))
    var principal: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Why, 1 to 1,024 bytes; over a server it asks for the look. Do not write identifiers here: it is kept as it is.",
            valueName: "text"))
    var reason: String?

    func validate() throws {
        if let principal, !(1...256).contains(principal.utf8.count) {
            throw ValidationError("--by takes 1 to 256 bytes")
        }
        if let reason, !(1...1_024).contains(reason.utf8.count) {
            throw ValidationError("--reason takes 1 to 1,024 bytes")
        }
    }

    /// What a command asks of these options.
    enum Rule {
        case mayLook
        case mustLook
        /// All that there is, unless a purpose was given.
        case looksUnless(purpose: String?)
    }

    /// Whether the options are what the command takes, where it goes.
    func check(_ target: TargetOptions, _ rule: Rule) throws {
        if target.isServer { return try checkForServer(rule) }
        switch rule {
        case .mayLook: _ = try looker()
        case .mustLook: _ = try demandedLooker()
        case .looksUnless(let purpose):
            _ = try purpose == nil ? lookerOrOperator() : looker()
            guard purpose == nil || role == nil else {
                throw ValidationError("give --purpose or --role: what a purpose may see, or everything")
            }
        }
    }

    private func checkForServer(_ rule: Rule) throws {
        guard role == nil, principal == nil else {
            throw ValidationError(
                "a server knows who asks by the credentials, and what the role is by its policy: in place of --role and "
                    + "--by give --reason TEXT alone")
        }
        switch rule {
        case .mayLook: break
        case .mustLook:
            guard reason != nil else { throw ValidationError("--reason TEXT is required: the audit keeps it") }
        case .looksUnless(let purpose):
            guard purpose != nil || reason != nil else {
                throw ValidationError("give --purpose, or --reason TEXT to see everything: the audit keeps it")
            }
            guard purpose == nil || reason == nil else {
                throw ValidationError("give --purpose or --reason: what a purpose may see, or everything")
            }
        }
    }

    /// Over a server: leave to look past consent; nil: nobody does.
    var look: SelvedgeLook? { reason.map { SelvedgeLook(reason: $0) } }

    /// The one who looks; nil: nobody looks past consent.
    func looker() throws -> Looker? {
        guard let role else {
            guard principal == nil, reason == nil else { throw ValidationError("--by and --reason go with --role") }
            return nil
        }
        guard let principal, let reason else {
            throw ValidationError(
                "--role takes --by WHO and --reason TEXT: both are kept in the audit")
        }
        return Looker(role: role, principal: principal, reason: reason)
    }

    /// The one who looks, where nobody may look in any other way.
    func demandedLooker() throws -> Looker {
        guard let looker = try looker() else {
            throw ValidationError("--role privacy (or admin), --by WHO and --reason TEXT are required")
        }
        return looker
    }

    /// The one who looks; who has said nothing of himself is the operator of this machine, who holds the root key.
    func lookerOrOperator() throws -> Looker {
        guard role == nil else { return try looker() ?? .operator }
        return Looker(
            role: .admin, principal: principal ?? Looker.operator.principal, reason: reason ?? Looker.operator.reason)
    }
}

/// Somebody who looks past consent.
struct Looker {
    var role: PrivacyRole
    var principal: String
    var reason: String

    static var `operator`: Looker {
        let name = NSUserName()
        return Looker(
            role: .admin, principal: (1...256).contains(name.utf8.count) ? name : "operator", reason: "command line")
    }

    /// Most subjects in one entry of the audit; more are entered in several.
    static let subjectLimit = 1_000

    /// Leave to look: the entries are durable when this returns.
    func access(_ action: AuditWord, _ subjects: [IdentityKey], _ engine: Engine) throws -> AuditedAccess {
        var access: AuditedAccess?
        var rest = subjects[...]
        while true {
            let granted = try engine.access(
                by: principal, role: role, action: action, reason: reason,
                subjects: Array(rest.prefix(Self.subjectLimit)), at: Clock.now)
            rest = rest.dropFirst(Self.subjectLimit)
            if access == nil { access = granted }
            if rest.isEmpty { return access ?? granted }
        }
    }
}

/// For what a profile is wanted.
struct PurposeOption: ParsableArguments {
    @Option(name: .long, help: "What it is wanted for: one of the configuration's purposes.")
    var purpose: String?

    /// The store's number of the purpose; nil where none was given.
    func number(_ engine: Engine) throws -> UInt8? { try purpose.map { try Self.number(of: $0, engine) } }

    /// - Throws: wrong usage where it is missing or unknown, with those that there are.
    func demandedNumber(_ engine: Engine) throws -> UInt8 {
        guard let number = try number(engine) else {
            let names = engine.store.configuration.purposeNames.joined(separator: ", ")
            throw Failure(.wrongUsage, "--purpose is required; the configuration's purposes are \(names)")
        }
        return number
    }

    private static func number(of name: String, _ engine: Engine) throws -> UInt8 {
        do {
            return try engine.purpose(named: name)
        } catch EngineError.unknownPurpose(let allowed) {
            throw Failure(.wrongUsage, "--purpose is none of the configuration's: \(allowed.joined(separator: ", "))")
        }
    }
}

/// The moment at which grants are judged.
struct JudgingOption: ParsableArguments {
    @Option(
        name: .customLong("at"),
        help: ArgumentHelp(
            """
            Judge by this time which grants have expired, to rehearse what is to come: a time before the clock is judged \
            at the clock. \(TimeArgument.help).
            """, valueName: "time"))
    var time: TimeArgument?

    /// A server judges by its own clock.
    func check(_ target: TargetOptions) throws {
        guard time == nil || !target.isServer else {
            throw ValidationError("--at goes with --data: a server judges at the time of the call")
        }
    }

    /// Now, or later.
    var moment: Timestamp { max(Clock.now, time?.time ?? Clock.now) }
}
