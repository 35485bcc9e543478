internal import CLoad
internal import Foundation

/// A program that this one started, and ends.
final class Program {
    let process: pid_t
    private let log: String
    private var hasEnded = false

    /// - Parameter log: the file of both its outputs.
    init(_ arguments: [String], log: String) throws {
        self.log = log
        let copies: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        let started = (copies.map { UnsafePointer($0) } + [nil]).withUnsafeBufferPointer {
            load_spawn($0.baseAddress, log)
        }
        guard started > 0 else { throw Failure("\(arguments[0]): \(String(cString: load_error()))") }
        process = started
    }

    deinit { if !hasEnded { load_stop(process, 1) } }

    var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Until `find` finds something in what it has printed; nil there: it goes on.
    func wait<Found>(seconds: Double = 180, for what: String, _ find: (String) -> Found?) throws -> Found {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if let found = find(output) { return found }
            var status: Int32 = 0
            if load_has_ended(process, &status) != 0 {
                hasEnded = true
                throw Failure("waiting for \(what), but the program has ended:\n\(output)")
            }
            usleep(2_000)
        }
        throw Failure("no \(what) within \(fixed(seconds, 0)) s:\n\(output)")
    }

    /// The number behind `name=HOST:` in the line that begins with `listening`.
    func port(named name: String) throws -> UInt16 {
        try wait(for: "a line `listening \(name)=...`") { output in
            let lines = output.split(separator: "\n")
            guard let line = lines.first(where: { $0.contains("listening") && $0.contains("\(name)=") }) else {
                return nil
            }
            let word = line.split(whereSeparator: { " ,\"".contains($0) }).first { $0.hasPrefix("\(name)=") }
            return word?.split(separator: ":").last.flatMap { UInt16($0) }
        }
    }

    /// Asks it to end and waits for it; an error where it ends otherwise than it should.
    func stop() throws {
        guard !hasEnded else { return }
        hasEnded = true
        let status = load_stop(process, 60)
        // As waitpid has it: ended by itself with 0, or by the signal that asked it to.
        guard status == 0 || status == SIGTERM else {
            throw Failure("a program ended with status \(status):\n\(output)")
        }
    }

    /// Seconds of processor time so far, all threads, to the hundredth.
    var processorTime: Double {
        let text = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        // Behind the name, which may hold anything but ends with the last bracket: utime and stime are 12th and 13th.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 13, let user = Double(fields[11]), let system = Double(fields[12]) else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Runs a program to its end; returns what it printed. Another status than 0 is an error.
    @discardableResult
    static func run(_ arguments: [String], log: String) throws -> String {
        let program = try Program(arguments, log: log)
        var status: Int32 = 0
        while load_has_ended(program.process, &status) == 0 { usleep(1_000) }
        program.hasEnded = true
        guard status == 0 else { throw Failure("\(arguments[0]) ended with status \(status):\n\(program.output)") }
        return program.output
    }
}

/// At once, beside the table.
func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
