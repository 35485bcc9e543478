import Service
import Testing

@Suite("Readiness") struct ReadinessTests {
    @Test func aServerStartsServesAndDrains() {
        let readiness = Readiness()
        #expect(readiness.state == .starting && !readiness.isReady)
        readiness.becomeReady()
        #expect(readiness.state == .ready && readiness.isReady)
        readiness.beginDraining()
        #expect(readiness.state == .draining && !readiness.isReady)
    }

    @Test func whatDrainsIsNotReadyAgain() {
        let readiness = Readiness()
        readiness.beginDraining()
        readiness.becomeReady()
        #expect(readiness.state == .draining && !readiness.isReady)
    }

    @Test func failureIsForGoodAndTheFirstReasonStays() {
        let readiness = Readiness()
        readiness.becomeReady()
        readiness.fail("first")
        readiness.fail("second")
        readiness.beginDraining()
        readiness.becomeReady()
        #expect(readiness.state == .failed(reason: "first") && !readiness.isReady)
    }

    @Test func aFailureWhileDrainingIsKnown() {
        let readiness = Readiness()
        readiness.becomeReady()
        readiness.beginDraining()
        readiness.fail("late")
        #expect(readiness.state == .failed(reason: "late"))
    }

    @Test(.timeLimit(.minutes(1)), arguments: [true, false]) func whoWaitsForTheEndIsWoken(fails: Bool) async {
        let readiness = Readiness()
        readiness.becomeReady()
        async let first: Void = readiness.end()
        async let second: Void = readiness.end()
        if fails { readiness.fail("it") } else { readiness.beginDraining() }
        await first
        await second
        await readiness.end()
    }
}
