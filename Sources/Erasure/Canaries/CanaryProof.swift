/// That a scanner sees: what was planted for it, and what it saw.
package struct CanaryProof: Hashable, Sendable {
    package struct Count: Hashable, Sendable {
        package var place: CanaryField.Place
        package var planted: Int
        package var seen: Int

        package init(place: CanaryField.Place, planted: Int, seen: Int) {
            self.place = place
            self.planted = planted
            self.seen = seen
        }
    }

    /// By place, all of them.
    package var counts: [Count]

    package init(counts: [Count]) { self.counts = counts }

    package var planted: Int { counts.reduce(0) { $0 + $1.planted } }
    package var seen: Int { counts.reduce(0) { $0 + $1.seen } }
    package var isWhole: Bool { planted > 0 && counts.allSatisfy { $0.seen == $0.planted } }

    /// Such as `canaries seen: 1,204 of 1,204`, without the separators.
    package var summary: String { "canaries seen: \(seen) of \(planted)" }
}

extension CanaryField {
    /// Scans the field as a store is scanned, and holds what was found against what is known to lie there.
    ///
    /// - Parameter others: needles that are searched for at the same time, as in the scan that follows: the proof is of the
    ///   search with as many.
    package func prove(with others: [Needle] = []) throws(ScanError) -> CanaryProof {
        let set = try NeedleSet(needles + others)
        var scanned: Set<Sighting> = []
        for file in ["data.mdb", "canaries.txt"] {
            for match in try PlantedFile.matches(of: set, in: directory + "/" + file) {
                scanned.insert(
                    Sighting(file: file, offset: match.offset, form: match.form, needle: match.needle))
            }
        }
        // The whole way, directory and report included, must see as much.
        let report = try DirectoryScan.run(directory, for: set)
        guard report.hitCount >= scanned.count else { throw .blind(seen: report.hitCount, planted: scanned.count) }
        return CanaryProof(
            counts: Place.allCases.map { place in
                let planted = sightings[place, default: []]
                return .init(place: place, planted: planted.count, seen: planted.intersection(scanned).count)
            })
    }
}

/// A scan that has proven itself first.
package enum ProvenScan {
    /// Plants canaries in `scratch`, an empty directory that stays the caller's to remove, shows that it sees them, and only
    /// then scans `directory`.
    ///
    /// - Throws: `ScanError.blind` where it does not see every canary; then nothing was scanned.
    package static func run(
        _ directory: String, for needles: [Needle], scratch: String, canaries: Int = 1_000,
        using generator: inout some RandomNumberGenerator
    ) throws(ScanError) -> (proof: CanaryProof, report: ScanReport) {
        let field = try CanaryField(planting: canaries, in: scratch, using: &generator)
        let proof = try field.prove(with: needles)
        guard proof.isWhole else { throw .blind(seen: proof.seen, planted: proof.planted) }
        return (proof, try DirectoryScan.run(directory, for: NeedleSet(needles)))
    }
}
