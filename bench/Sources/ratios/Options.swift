/// What the command line says.
struct Options {
    var sizes = [1_000_000, 2_000_000, 4_000_000, 8_000_000]
    /// New identifiers to a transaction.
    var group = 10_000
    /// Resolves to a round.
    var resolves = 200_000
    var rounds = 7
    var directory = "/tmp"
    /// Without the peer: what the program itself needs.
    var isAlone = false
    /// What consent costs: views beside whole clusters, decisions beside observations.
    var isAboutConsent = false
    /// Resolves whose outcome is generic, each a piece for a profiler: see `bench/generic`.
    var asksGeneric = false

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--alone" {
                isAlone = true
                continue
            }
            if name == "--generic" {
                asksGeneric = true
                continue
            }
            if name == "--consent" {
                isAboutConsent = true
                continue
            }
            guard let value = rest.popFirst() else { throw Failure("\(name) needs a value") }
            switch name {
            case "--sizes": sizes = value.split(separator: ",").compactMap { Int($0) }
            case "--group": group = Int(value) ?? group
            case "--resolves": resolves = Int(value) ?? resolves
            case "--rounds": rounds = Int(value) ?? rounds
            case "--directory": directory = value
            default: throw Failure("no option \(name); see bench/run")
            }
        }
    }
}
