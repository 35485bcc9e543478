/// How a load is to be run.
package struct BackfillOptions: Sendable {
    /// Bytes that the load may hold, the store's map excluded; at least `smallestMemory`.
    package var memory: Int
    /// Threads that number and sort; the input's parsers are the caller's.
    package var threads: Int
    /// Goes on with the load that the store's directory holds.
    package var resume: Bool
    /// Throws away the load that the store's directory holds, and begins anew.
    package var restart: Bool
    /// Counts what the load would do and changes nothing.
    package var isDryRun: Bool
    /// Where the spill files lie; nil: `backfill` inside the store's directory.
    package var scratch: String?
    /// The program's name, for the writer's lock.
    package var program: String

    package static let smallestMemory = 256 << 20

    package init(
        memory: Int = 4 << 30, threads: Int = 2, resume: Bool = false, restart: Bool = false, isDryRun: Bool = false,
        scratch: String? = nil, program: String = "selvedge backfill"
    ) {
        self.memory = memory
        self.threads = threads
        self.resume = resume
        self.restart = restart
        self.isDryRun = isDryRun
        self.scratch = scratch
        self.program = program
    }
}

/// An input as it was when the load began: another one under its name is refused at `--resume`.
package struct InputSignature: Hashable, Sendable {
    /// As shown to a person; no identifier.
    package var name: String
    /// Over size, time of change, first bytes and mapping: whatever must not have changed.
    package var digest: [UInt8]

    package init(name: String, digest: [UInt8]) {
        self.name = name
        self.digest = digest
    }
}

/// How far an input has been read.
package struct InputPosition: Hashable, Sendable {
    /// Index of the input.
    package var input: Int
    /// Decoded bytes before the first row that is not in the load yet.
    package var bytes: UInt64
    /// Rows before it.
    package var rows: UInt64
    package var isComplete: Bool

    package init(input: Int, bytes: UInt64 = 0, rows: UInt64 = 0, isComplete: Bool = false) {
        self.input = input
        self.bytes = bytes
        self.rows = rows
        self.isComplete = isComplete
    }
}
