internal import Foundation

/// Plays a world of known responses: what a personal offer comes to, beside a discount for everyone and one who knows the truth.
@main
struct EvaluatePolicy {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let file = arguments.first, arguments.count <= 2, let seed = UInt64(arguments.dropFirst().first ?? "1")
        else {
            fail("evaluate-policy WORLD.json [SEED]; tools/policy/world.json is a world")
        }
        do {
            var play = Play(try World(file: file), seed: seed)
            try play.run()
            print(play)
        } catch { fail("\(error)") }
    }

    private static func fail(_ text: String) -> Never {
        FileHandle.standardError.write(Data("evaluate-policy: \(text)\n".utf8))
        exit(1)
    }

    private static func print(_ play: Play) {
        Swift.print("policy            conversion  discount depth  margin a visit")
        for (name, figures) in [
            ("personal", play.personal), ("blanket", play.blanket), ("knows the truth", play.oracle),
        ] {
            Swift.print(
                name.padding(toLength: 18, withPad: " ", startingAt: 0)
                    + String(
                        format: "%10.4f  %14.4f  %14.1f", figures.conversion, figures.depth, figures.marginPerVisit))
        }
        let (personal, blanket) = (play.personal, play.blanket)
        Swift.print(
            String(
                format: "against the blanket: conversion %+.1f %%, depth %+.1f %%, margin %+.1f %%",
                100 * (personal.conversion / blanket.conversion - 1), 100 * (personal.depth / blanket.depth - 1),
                100 * (personal.marginPerVisit / blanket.marginPerVisit - 1)))
        Swift.print("a purchase was given the worth of \(play.purchaseValue), so that as many are expected")
        let regrets = play.regrets.map { String(format: "%.1f", $0) }.joined(separator: " ")
        Swift.print("regret a visit, by round: \(regrets)")
    }
}
