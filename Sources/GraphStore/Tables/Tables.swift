package import LMDB

/// The tables of a store, each declared in the file of its codec.
///
/// Numbers go into every checksum and are never used again for another table.
package enum Tables {
    package static var all: [TableDeclaration] {
        [
            meta.declaration, identifiers.declaration, components.declaration, nodes.declaration,
            suspended.declaration, assertions.declaration, records.declaration, listings.declaration,
            expiries.declaration, heirs.declaration, links.declaration, consents.declaration, changes.declaration,
            audit.declaration, suppressions.declaration, restrictions.declaration, erasures.declaration,
            needles.declaration, dataKeys.declaration, models.declaration, blocks.declaration, filings.declaration,
            matches.declaration, facts.declaration,
            artefacts.declaration, decisions.declaration, counters.declaration, reservations.declaration,
        ]
    }
}
