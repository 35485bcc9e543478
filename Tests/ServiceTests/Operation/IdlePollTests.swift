import NIOCore
import NIOPosix
import Service
import Testing

@Suite("Looking for the next request before sleep") struct IdlePollTests {
    private static func onALoop(_ body: @escaping @Sendable (any EventLoop) async throws -> Void) async throws {
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do { try await body(loops.any()) } catch {
            try await loops.shutdownGracefully()
            throw error
        }
        try await loops.shutdownGracefully()
    }

    /// Requests that each come at once after the answer before, `calls` of them answered at a time.
    private static func ask(_ poll: IdlePoll, _ requests: Int, calls: Int = 1, on loop: any EventLoop) async throws
        -> Bool
    {
        try await loop.submit {
            let now = NIODeadline.now()
            for _ in 0..<requests {
                poll.arrived(at: now)
                poll.answered(calls, at: now)
            }
            return poll.isLooking
        }.get()
    }

    @Test func itLooksWhereOneRequestFollowsAnotherAndThenEnds() async throws {
        try await Self.onALoop { loop in
            let places = IdlePlaces(processors: 2)
            let poll = IdlePoll(loop, places)
            let began = NIODeadline.now()
            // The first comes after nothing, so it is no request that came soon.
            let early = try await Self.ask(poll, IdlePoll.enough, on: loop)
            #expect(!early)
            let looks = try await Self.ask(poll, IdlePoll.enough + 1, on: loop)
            #expect(looks)
            while try await loop.submit({ poll.isLooking }).get() {
                try #require(NIODeadline.now() - began < .seconds(10), "it still looks")
            }
            #expect(places.take(), "its place is free again")
        }
    }

    @Test func itSleepsWhereNoPlaceIsFree() async throws {
        try await Self.onALoop { loop in
            let places = IdlePlaces(processors: 2)
            #expect(places.take())
            let poll = IdlePoll(loop, places)
            var looks = try await Self.ask(poll, 100, on: loop)
            #expect(!looks)
            places.giveBack()
            looks = try await Self.ask(poll, 100, on: loop)
            #expect(looks)
        }
    }

    @Test func itSleepsWhereManyAreAskedAtATime() async throws {
        try await Self.onALoop { loop in
            let poll = IdlePoll(loop, IdlePlaces(processors: 2))
            let looks = try await Self.ask(poll, 100, calls: 32, on: loop)
            #expect(!looks)
        }
    }

    @Test func itSleepsWhereNobodyAsksSoon() async throws {
        try await Self.onALoop { loop in
            let poll = IdlePoll(loop, IdlePlaces(processors: 2))
            let looks = try await loop.submit {
                var at = NIODeadline.now()
                for _ in 0..<100 {
                    poll.arrived(at: at)
                    poll.answered(1, at: at)
                    at = at + IdlePoll.longest
                }
                return poll.isLooking
            }.get()
            #expect(!looks)
        }
    }

    @Test func noMoreThanHalfOfTheProcessorsAreLookedFrom() {
        let alone = IdlePlaces(processors: 1)
        #expect(!alone.take())
        let places = IdlePlaces(processors: 4)
        #expect(places.take())
        #expect(places.take())
        #expect(!places.take())
        places.giveBack()
        #expect(places.take())
        #expect(!places.take())
    }
}
