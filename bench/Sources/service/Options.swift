/// What the command line says.
struct Options {
    static let usage = """
        bench/service [--identifiers N] [--seconds S] [--rows A,B] [--repeat N] [--json] [...]

          --identifiers N    of the graph, three to a person (2000000)
          --seconds S        each measurement (5)
          --rows A,B         of: one, pipelined, batch, grpc, record, p99, unix, generator, score, decide,
                             durable, score-idle, decide-idle, durable-idle (all)
          --repeat N         measurements of each row, in turn; the table has medians (3)
          --connections N    of the second pipelined row (8)
          --depth N          requests on the way on each connection of a pipelined row (32)
          --calls N          gRPC calls at a time (64)
          --rate R           resolves a second of the row p99 (5000)
          --batch N          observations to a message of RecordStream (500)
          --namespaces A,B   of what is asked by: email, phone, device_id (all three, at random)
          --observations N   of traffic to make at most (100000 a second to be measured)
          --shoppers N       people of the shop that scores and decisions are asked of (50000)
          --raw-phones       ask by phone numbers as they are, not by their SHA-256
          --json             the table as JSON
        """

    var identifiers = 2_000_000
    var seconds = 5.0
    var rows = Set(RowName.allCases)
    var repeats = 3
    var connections = 8
    var depth = 32
    var calls = 64
    var rate = 5_000.0
    var batch = 500
    var namespaces = Person.namespaces
    var observations: Int?
    var shoppers = 50_000
    var isJSON = false
    var sendsRawPhones = false
    /// Where `selvedge`, `simulate` and `grpc` lie.
    var programs = ""
    /// Where stores are kept and runs take place.
    var directory = ""

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--json" {
                isJSON = true
                continue
            }
            if name == "--raw-phones" {
                sendsRawPhones = true
                continue
            }
            guard let value = rest.popFirst() else { throw Failure("\(name) needs a value\n\(Self.usage)") }
            try set(name, value)
        }
    }

    private mutating func set(_ name: String, _ value: String) throws {
        func whole(_ range: ClosedRange<Int>) throws -> Int {
            guard let number = Int(value), range.contains(number) else {
                throw Failure("\(name) is from \(range.lowerBound) to \(range.upperBound), not \(value)")
            }
            return number
        }
        switch name {
        case "--identifiers": identifiers = try whole(3_000...100_000_000)
        case "--seconds": seconds = Double(try whole(1...600))
        case "--rows": rows = try Set(value.split(separator: ",").map { try RowName(text: String($0)) })
        case "--repeat": repeats = try whole(1...99)
        case "--connections": connections = try whole(1...128)
        case "--depth": depth = try whole(1...128)
        case "--calls": calls = try whole(1...128)
        case "--rate": rate = Double(try whole(1...1_000_000))
        case "--batch": batch = try whole(1...1_000)
        case "--namespaces":
            namespaces = value.split(separator: ",").map(String.init)
            guard !namespaces.isEmpty, namespaces.allSatisfy(Person.namespaces.contains) else {
                throw Failure("--namespaces are of \(Person.namespaces.joined(separator: ", ")), not \(value)")
            }
        case "--observations": observations = try whole(1_000...20_000_000)
        case "--shoppers": shoppers = try whole(1_000...2_000_000)
        case "--programs": programs = value
        case "--directory": directory = value
        default: throw Failure("no option \(name)\n\(Self.usage)")
        }
    }

    var people: Int { (identifiers + 2) / 3 }
}

struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
