import Testing

/// The searches below are only as good as what they search.
@Suite struct LexerTests {
    private static let cases: [(text: String, code: String)] = [
        ("let a = 1 // try!", "let a = 1        "),
        ("let a = \"try!\"", "let a = \"    \""),
        (#"let a = "\"x!\"" + b"#, #"let a = "      " + b"#),
        (#"let a = "\(b!) c""#, #"let a = "  b!   ""#),
        ("let a = #\"b\"c\"# + d", "let a =  \"   \"  + d"),
        ("/* a /* b */ c */ d", "                  d"),
    ]

    @Test(arguments: cases) func onlyCodeIsSearched(text: String, code: String) {
        #expect(SourceFile(path: "a.swift", text: text).code == [code])
    }

    @Test func aTextOverLinesKeepsThem() {
        let text = "let a = \"\"\"\n  try!\n  \"\"\"\nlet b = try! c()"
        let offences = SourceFile(path: "a.swift", text: text).offences(StyleTests.forced)
        #expect(offences == ["a.swift:4: let b = try! c()"])
    }

    @Test(arguments: [
        ("a!.b", true), ("f(a)!", true), ("a as! B", true), ("a != b", false), ("!a", false), ("x ? !a : b", false),
    ])
    func aForcedUnwrapIsToldFromANegation(text: String, isForced: Bool) {
        #expect(SourceFile(path: "a.swift", text: text).offences(StyleTests.forced).isEmpty != isForced)
    }

    @Test func theLengthOfAFunctionIsThatOfItsBody() {
        let body = String(repeating: "    work()\n", count: 80)
        let text = "protocol P {\n    func a()\n    var b: Int { get }\n}\nfunc c(\n    d: Int\n) -> Int {\n\(body)}\n"
        let found = FunctionLengths(SourceFile(path: "a.swift", text: text)).all
        #expect(found.map(\.line) == [5])
        #expect(found.map(\.length) == [84])
    }
}
