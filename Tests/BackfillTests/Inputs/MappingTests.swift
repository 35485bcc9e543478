import Backfill
import Foundation
import Identity
import Testing

/// What a mapping may say, and what is said of one that is wrong.
@Suite struct MappingTests {
    private static let begin = "source: {constant: web}\ntime: time\n"
    private static let whole = begin + "identifiers: [{namespace: email, column: email}]\n"

    /// What is said before a row is read.
    private func problem(_ yaml: String, header: String = "time,email,cookie,flag\n") -> String {
        do {
            let mapping = try Mapping(yaml: yaml, file: "map.yaml")
            try mapping.check(.builtIn)
            _ = try Drafted(header.utf8, mapping: yaml)
            return "nothing"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        arguments: [
            ("", "map.yaml: is empty; `selvedge backfill --suggest FILE` writes one"),
            ("# nothing\n", "is empty"),
            ("a: [", "not YAML"),
            ("- a\n", "expected a mapping"),
            ("time: time\nidentifiers: []\n", "source is missing; add source: {constant: NAME}"),
            ("source: {constant: web}\nidentifiers: []\n", "time is missing"),
            (begin, "neither identifiers nor record_id"),
            (whole + "colour: red\n", "map.yaml:4:1: colour: unknown key; the keys here are attributes, behaviour"),
            (whole + "source: x\n", "given more than once: source"),
            (begin + "identifiers: email\n", "expected a list"),
            (begin + "identifiers: [email]\n", "identifiers[0]: expected a mapping"),
            (begin + "identifiers: [{namespace: email}]\n", "give {namespace: NAME, column: NAME}"),
            (
                begin + "identifiers: [{namespace: e-mail, column: email}]\n",
                "map.yaml:3:27: identifiers[0].namespace: \"e-mail\" is no namespace of the store; those are cookie, customer_id"
            ),
            (begin + "identifiers: [{namespace: record, column: email}]\n", "\"record\" is no namespace of the store"),
            (
                begin + "identifiers: [{namespace: email, column: mail}]\n",
                "rows.csv has no column \"mail\"; its columns are time, email, cookie, flag"
            ),
            (
                begin + "identifiers: [{namespace: email, column: email, hashed: md5}]\n",
                "\"md5\" is not one of none, sha256"
            ),
            (
                begin + "identifiers: [{namespace: cookie, column: email, hashed: sha256}]\n",
                "\"cookie\" takes values only"
            ),
            (
                "source: {constant: \"a b\"}\ntime: time\nidentifiers: [{namespace: email, column: email}]\n",
                "map.yaml:1:20: source.constant: \"a b\" is no source"
            ),
            ("source: {constant: web, column: x}\ntime: time\n", "give one of {column: NAME} and {constant: TEXT}"),
            ("source: {}\ntime: time\n", "give one of {column: NAME} and {constant: TEXT}"),
            ("source: shop\ntime: time\nrecord_id: email\n", "map.yaml:1:9: source: "),
            (
                "source: {constant: web}\ntime: {column: time, format: \"%Y\"}\nrecord_id: email\n",
                "needs a year, a month and a day"
            ),
            ("source: {constant: web}\ntime: {column: time, format: iso}\nrecord_id: email\n", "\"iso\" is no format"),
            (
                "source: {constant: web}\ntime: {column: time, format: \"%F %Q\"}\nrecord_id: email\n",
                "has a field that is not known"
            ),
            (
                "source: {constant: web}\ntime: {column: time, format: \"%F %Y\"}\nrecord_id: email\n",
                "names a field twice"
            ),
            (
                "source: {constant: web}\ntime: {column: time, format: \"%F %I\"}\nrecord_id: email\n",
                "%I and %p go together"
            ),
            ("source: {constant: web}\ntime: {column: time, format: \"%F\"}\nrecord_id: email\n", "zone is missing"),
            (
                "source: {constant: web}\ntime: {column: time, format: \"%F\", zone: Berlin}\nrecord_id: email\n",
                "\"Berlin\" is no zone"
            ),
            ("source: {constant: web}\ntime: {column: time, zone: Mars/Olympus}\nrecord_id: email\n", "is no zone"),
            ("source: {constant: web}\ntime: {constant: now}\nrecord_id: email\n", "\"now\" is no time of this format"),
            (whole + "csv: {delimiter: \";;\"}\n", "is no delimiter"),
            (whole + "csv: {delimiter: \"\\\"\"}\n", "is no delimiter"),
            (whole + "csv: {columns: [a, a]}\n", "\"a\" is named twice"),
            (whole + "csv: {columns: []}\n", "give the columns' names in their order"),
            (whole + "where: [{column: flag}]\n", "give one test, one of empty, equals, in"),
            (whole + "where: [{column: flag, equals: a, in: [b]}]\n", "give one test"),
            (whole + "where: [{column: flags, equals: a}]\n", "has no column \"flags\""),
            (whole + "where: [{equals: a}]\n", "column is missing"),
            (whole + "consents: [{purpose: marketing}]\n", "give a purpose and a decision"),
            (
                whole + "consents: [{purpose: sales, decision: granted}]\n",
                "\"sales\" is no purpose of the store; those are analytics"
            ),
            (
                whole + "consents: [{purpose: marketing, decision: maybe}]\n",
                "\"maybe\" is not one of granted, denied, withdrawn"
            ),
            (
                whole + "consents: [{purpose: marketing, decision: {column: flag, granted: [a], denied: [a]}}]\n",
                "cannot mean two things"
            ),
            (whole + "consents: [{purpose: marketing, decision: granted, scope: all}]\n", "\"all\" is not one of"),
            (
                whole + "consents: [{purpose: marketing, decision: granted, namespace: mail}]\n",
                "\"mail\" is no namespace"
            ),
            (
                whole + "consents: [{purpose: marketing, decision: granted, jurisdiction: Mars}]\n",
                "\"Mars\" is no jurisdiction"
            ),
            (
                whole + "consents: [{purpose: marketing, decision: granted, notice: {version: x}}]\n",
                "a notice needs an id"
            ),
            (
                whole + "attributes: {a: {column: flag, type: date}}\n",
                "\"date\" is not one of text, number, boolean, json"
            ),
            (whole + "attributes: {a: {column: flog}}\n", "has no column \"flog\""),
            (whole + "gpc: {constant: x}\n", "unknown key; the keys here are column"),
        ] as [(String, String)])
    func aWrongMappingIsRefusedWithThePlace(yaml: String, expected: String) {
        let said = problem(yaml)
        #expect(said.contains(expected), "\(said)")
    }

    @Test(
        arguments: [
            ("", "holds nothing"), ("time,email\u{0}\n", "NUL bytes"), ("time,\"email\n", "correct its quotes"),
            ("time,em\"ail\n", "correct its quotes"), ("time,email\rx,y\r", "CR alone"),
            ("time,email,email\n", "twice"),
            ("2026-01-02T00:00:00Z,ann@example.com\n", "no header but data"),
            ("time,+49 30 1234567\n", "no header but data"), ("time,email\n", "nothing"),
            ("\"time\", email \n", "nothing"),
        ] as [(String, String)])
    func aWrongHeaderIsRefused(header: String, expected: String) {
        let said = problem(Self.whole, header: header)
        #expect(said.contains(expected), "\(said)")
        #expect(!said.contains("ann@") && !said.contains("+49"))
    }

    @Test func columnsMayStandInAnyOrderAndInTheMapping() throws {
        let mapping = Self.whole + "csv: {columns: [email, x, time]}\n"
        let read = try Drafted("a@b.de,,\(Drafted.time)\nc@d.de,,\(Drafted.time)\n".utf8, mapping: mapping)
        #expect(read.values == [["a@b.de"], ["c@d.de"]])
        #expect(read.drafts.map(\.line) == [1, 2])
    }

    @Test(
        arguments: [
            ("{column: flag, equals: paid}", ["a"]), ("{column: flag, in: [paid, \"\"]}", ["a", "c"]),
            ("{column: flag, not_equals: paid}", ["b", "c"]), ("{column: flag, not_in: [paid, open]}", ["c"]),
            ("{column: flag, empty: true}", ["c"]), ("{column: flag, empty: false}", ["a", "b"]),
        ] as [(String, [String])])
    func filtersLeaveRowsOut(filter: String, expected: [String]) throws {
        let mapping = Self.begin + "identifiers: [{namespace: cookie, column: cookie}]\nwhere: [\(filter)]\n"
        let rows = "time,cookie,flag\nT,a,paid\nT,b,open\nT,c,\n".replacing("T", with: Drafted.time)
        let read = try Drafted(rows.utf8, mapping: mapping)
        #expect(read.values == expected.map { [$0] })
        #expect(read.tally.filtered == 3 - expected.count)
        #expect(read.tally.rows == 3)
    }

    @Test func everyPartOfAnObservationComesFromColumns() throws {
        let mapping = """
            source: shop
            record_id: id
            time: {column: at, format: unix_seconds}
            identifiers:
              - {namespace: email, column: mail}
              - {namespace: email, column: hash, hashed: sha256}
            attributes:
              given name: first
              age: {column: age, type: number}
              b: {column: member, type: boolean}
              list: {column: list, type: json}
              kind: {constant: "a\\"b"}
            behaviour: {json: doc}
            gpc: gpc
            consents:
              - purpose: marketing
                decision: {column: news, granted: ["1", "yes"], denied: "0"}
                scope: profile
                namespace: email
                jurisdiction: {column: country}
                channel: web
                time: {column: newsat, format: "%F", zone: UTC}
                notice: {id: n1, version: {column: version}}
              - {purpose: service, decision: granted}
            """
        let rows = """
            id,shop,at,mail,hash,first,age,member,list,doc,gpc,news,country,newsat,version
            r1,crm,1767323045,a@b.de,,Zoë,41,yes,"[1,2]","{""x"":1}",1,yes,DE,2026-01-01,v2
            r2,crm,1767323045,,ff,,,,,,0,,,,
            r3,crm,1767323045,,,,x,,,,,,,,
            r4,crm,1767323045,,,,,maybe,,,,,,,
            r5,crm,1767323045,,,,,,,,,2,,,
            ,crm,1767323045,,,,,,,,,,,,
            r7,,1767323045,,,,,,,,,,,,
            """
        let read = try Drafted(rows.utf8, mapping: mapping)
        let first = try #require(read.drafts.first?.draft)
        #expect((first.source, first.recordID, first.hasGPC) == ("crm", "r1", true))
        let attributes = #"{"age":41,"b":true,"given name":"Zoë","kind":"a\"b","list":[1,2]}"#
        #expect(String(decoding: first.attributes ?? [], as: UTF8.self) == attributes)
        #expect(String(decoding: first.behaviour ?? [], as: UTF8.self) == #"{"x":1}"#)
        #expect(first.decisions.map(\.purpose) == ["marketing", "service"])
        let told = try #require(first.decisions.first)
        #expect((told.decision, told.scope, told.namespace, told.jurisdiction) == ("granted", "profile", "email", "DE"))
        #expect((told.channel, told.notice?.id, told.notice?.version) == ("web", "n1", "v2"))
        #expect(told.time?.description == "2026-01-01T00:00:00.000Z")
        let second = try #require(read.drafts.dropFirst().first?.draft)
        #expect(second.decisions.map(\.purpose) == ["service"])
        #expect((second.hasGPC, second.behaviour) == (false, nil))
        #expect(read.values == [["a@b.de"], ["ff"]])
        #expect(
            read.rejects.map(\.reason.name) == [
                "invalid_number", "invalid_boolean", "unknown_word", "empty_value", "missing_field",
            ])
        #expect(read.rejects.map(\.column) == ["age", "member", "news", "id", "shop"])
        #expect(read.rejects.map(\.line) == [4, 5, 6, 7, 8])
    }
}
