internal import ArgumentParser
internal import Engine
internal import Foundation
internal import GraphStore
internal import Identity
internal import LMDB

/// What commands take that are about a directory alone.
struct PlaceOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The store's directory.", valueName: "dir"))
    var data: String

    @Flag(name: .long, help: "Answer in JSON.")
    var json = false

    func validate() throws {
        guard !data.isEmpty else { throw ValidationError("--data must name a directory") }
    }
}

/// What `serve` takes: a store that it opens.
struct StoreOptions: ParsableArguments {
    @OptionGroup var place: PlaceOptions

    @Flag(
        name: .long,
        help: """
            Open the store though this machine's normalisers are not those that it was made with: the same value may \
            then have another key than before.
            """)
    var acceptNormaliser = false

    var json: Bool { place.json }
    var store: StorePlace { StorePlace(data: place.data, acceptNormaliser: acceptNormaliser) }
}

/// A store in a directory.
struct StorePlace {
    var data: String
    var acceptNormaliser: Bool

    /// The store, for asking.
    func openForReading() throws -> Engine {
        try Engine(directory: data, mode: .read, acceptNormaliser: acceptNormaliser)
    }

    /// The store, for changing: one process at a time. Where the writer before this one did not end cleanly, all of the
    /// store is checked first, in a process of its own: what a damaged file does to that one, it does not do to this.
    func openForWriting(_ command: String) throws -> Engine {
        let engine = try Engine(
            directory: data, mode: .write(program: "selvedge \(command)"), acceptNormaliser: acceptNormaliser,
            headClock: { Clock.now })
        if !["repartition", "scrub", "privacy run"].contains(command), Generation.isBegun(after: engine.store) {
            Console.error(
                "selvedge: a repartition or a load of this store was stopped before its end; the store is as it was before, "
                    + "and what is written now makes that begin anew")
        }
        guard let holder = engine.uncleanHolder else { return engine }
        let who = holder.process == 0 ? "the writer before this one" : "process \(holder.process) (\(holder.program))"
        Console.error("selvedge: \(who) did not end cleanly; checking the store before writing")
        let status: Int32
        do {
            status = try checkApart()
        } catch {
            engine.leaveMarked()
            throw error
        }
        guard status == 0 else {
            Console.error("selvedge: nothing was written; restore a backup, or copy the store again")
            try? Console.flush()
            // Without releasing the lock, so that the next writer checks again.
            Foundation.exit(ExitStatus.storeTrouble.rawValue)
        }
        Console.error("selvedge: the store is whole")
        try engine.sweepSlots()
        return engine
    }

    private func checkApart() throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["check", "--data", data] + (acceptNormaliser ? ["--accept-normaliser"] : [])
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.standardError
        do {
            try process.run()
        } catch {
            throw Failure(.storeTrouble, "the check could not be started; run `selvedge check --data \(data)`")
        }
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// The moment at which a command runs.
enum Clock {
    static var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }
}

extension Engine {
    /// An intake that receives now.
    func intakeNow() throws -> Intake { try intake(now: { Clock.now }) }
}
