internal import Glibc

/// What a scan of a directory found.
package struct ScanReport: Hashable, Sendable {
    package struct File: Hashable, Sendable {
        /// From the directory that was scanned.
        package var path: String
        package var bytes: Int
        package var hits: Int

        package init(path: String, bytes: Int, hits: Int) {
            self.path = path
            self.bytes = bytes
            self.hits = hits
        }
    }

    package struct Hit: Hashable, Sendable {
        package enum Place: Hashable, Sendable {
            /// Bytes from the beginning of the file.
            case content(offset: Int)
            /// In the file's own name or that of a directory on the way to it.
            case name
        }

        package var file: String
        package var place: Place
        package var form: NeedleForm
        /// The number among those that were looked for.
        package var needle: Int

        package init(file: String, place: Place, form: NeedleForm, needle: Int) {
            self.file = file
            self.place = place
            self.form = form
            self.needle = needle
        }
    }

    /// What is no file with bytes, and was not searched.
    package struct Skipped: Hashable, Sendable {
        package var path: String
        package var reason: Reason

        package init(path: String, reason: Reason) {
            self.path = path
            self.reason = reason
        }

        package enum Reason: String, Hashable, Sendable {
            /// Removed between listing and opening.
            case gone
            /// A socket, a pipe or a device.
            case special
            /// A link to something that was searched already, or to nothing.
            case link
        }
    }

    /// In the order of their paths.
    package var files: [File] = []
    package var skipped: [Skipped] = []
    /// The first ones, `hitLimit` at most.
    package var hits: [Hit] = []
    /// All of them.
    package var hitCount = 0
    /// Needles of which there was a hit, ascending.
    package var needlesFound: [Int] = []

    package static let hitLimit = 10_000

    package var bytes: Int { files.reduce(0) { $0 + $1.bytes } }
    package var isClean: Bool { hitCount == 0 }

    package init() {}
}

/// Searches every file below a directory, hidden ones and locks included, as they lie on the disk: LMDB is not asked, so a
/// store that cannot be opened is searched as well.
///
/// To be run in a process of its own, not in one that has the store open: closing LMDB's lock file, which reading it does,
/// would drop that process's locks.
package struct DirectoryScan {
    private let set: NeedleSet
    private var report = ScanReport()
    private var found: Set<Int> = []
    private var visited: Set<FileIdentity> = []

    private init(_ set: NeedleSet) { self.set = set }

    /// - Throws: where a file or a directory cannot be read: a scan that left something out is no scan.
    package static func run(_ directory: String, for set: NeedleSet) throws(ScanError) -> ScanReport {
        var scan = DirectoryScan(set)
        var stream = StreamScan(set)
        guard case .directory(let identity, _) = try SearchedFile.kind(of: directory) else {
            throw .inputOutput(path: directory, operation: "opening what should be a directory", code: ENOTDIR)
        }
        scan.visited.insert(identity)
        try scan.walk(directory, "", &stream)
        scan.report.needlesFound = scan.found.sorted()
        return scan.report
    }

    private mutating func walk(
        _ root: String, _ path: String, _ stream: inout StreamScan
    ) throws(ScanError) {
        let whole = path.isEmpty ? root : root + "/" + path
        guard let entries = try SearchedFile.entries(of: whole) else { return skip(path, .gone) }
        for name in entries {
            let inner = path.isEmpty ? name : path + "/" + name
            let kind = try SearchedFile.kind(of: root + "/" + inner)
            switch kind {
            case .gone(let isLink): skip(inner, isLink ? .link : .gone)
            case .special: skip(inner, .special)
            case .directory(let identity, _):
                if !visited.insert(identity).inserted {
                    skip(inner, .link)
                    continue
                }
                searchName(inner)
                try walk(root, inner, &stream)
            case .file(let identity, let isLink):
                // A second name of one file is a file with that name; a link to one that was searched adds nothing.
                if !visited.insert(identity).inserted && isLink {
                    skip(inner, .link)
                    continue
                }
                searchName(inner)
                try search(root, inner, &stream)
            }
        }
    }

    private mutating func search(
        _ root: String, _ path: String, _ stream: inout StreamScan
    ) throws(ScanError) {
        guard let file = try SearchedFile.open(root + "/" + path) else { return skip(path, .gone) }
        var matches: [NeedleMatch] = []
        var count = 0
        var needles: Set<Int> = []
        let room = ScanReport.hitLimit - report.hits.count
        let bytes = try unsafe stream.run(read: file.read) { match in
            count += 1
            needles.insert(match.needle)
            if matches.count < room { matches.append(match) }
        }
        for match in matches {
            report.hits.append(
                ScanReport.Hit(
                    file: path, place: .content(offset: match.offset), form: match.form, needle: match.needle))
        }
        found.formUnion(needles)
        report.hitCount += count
        report.files.append(ScanReport.File(path: path, bytes: bytes, hits: count))
    }

    private mutating func searchName(_ path: String) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        for match in set.matches(in: Array(name.utf8), piece: 4_096) {
            report.hitCount += 1
            found.insert(match.needle)
            guard report.hits.count < ScanReport.hitLimit else { continue }
            report.hits.append(ScanReport.Hit(file: path, place: .name, form: match.form, needle: match.needle))
        }
    }

    private mutating func skip(_ path: String, _ reason: ScanReport.Skipped.Reason) {
        report.skipped.append(ScanReport.Skipped(path: path, reason: reason))
    }
}
