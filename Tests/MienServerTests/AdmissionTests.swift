import Foundation
import Imaging
import Mien
import ProgramSupport
import Testing

@testable import MienServer

/// Limits of waiting work, time and clients.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct AdmissionTests {
    @Test func bytesAndPlacesAreBounded() throws {
        var limits = ServiceLimits()
        limits.heldBytes = 100
        limits.waiting = 2
        let admission = Admission(limits)
        try admission.reserveBytes(60)
        #expect(throws: Problem.self) { try admission.reserveBytes(41) }
        admission.releaseBytes(60)
        try admission.reserveBytes(100)
        try admission.enter(.picture, within: 1)
        try admission.enter(.video, within: 1)
        let refusal = #expect(throws: Problem.self) { try admission.enter(.picture, within: 1) }
        #expect(refusal?.code == "queue_full" && refusal?.retryAfter != nil)
        admission.leave(.video, answered: false)
        try admission.enter(.picture, within: 1)
        #expect(admission.waiting == 2)
    }

    /// Two workers, an answer each second: the mean is 1 - 0.99 x 0.9^n seconds after n of them.
    @Test func aBurstWaitsAndAQueueThatStandsIsKeptShort() throws {
        var limits = ServiceLimits()
        (limits.burstSeconds, limits.queueSeconds) = (5, 2)
        let admission = Admission(limits, workers: 2)
        let begin = ContinuousClock.now
        for second in 0 ..< 60 {
            let now = begin + .seconds(second)
            try admission.enter(.picture, within: 10, now: now)
            admission.leave(.picture, answered: true, now: now + .seconds(1))
        }
        let now = begin + .seconds(100)
        // Two are worked on; the n-th that waits expects n seconds: ten may, the eleventh may not.
        for _ in 0 ..< 12 { try admission.enter(.picture, within: 10.001, now: now) }
        let late = #expect(throws: Problem.self) {
            try admission.enter(.picture, within: 10.001, now: now)
        }
        #expect(late?.code == "queue_slow" && late?.limit == 10.001)
        #expect(late?.found.map { abs($0 - 11) < 0.05 } == true)
        // A client that waits less is refused sooner.
        #expect(throws: Problem.self) {
            try admission.enter(.picture, within: 5, now: now + .seconds(1))
        }
        // The queue stands: answers make no room until fewer than two seconds' worth wait.
        for second in 1 ... 9 {
            admission.leave(.picture, answered: true, now: now + .seconds(second))
        }
        let later = now + .seconds(9)
        #expect(admission.waiting == 3)
        try admission.enter(.picture, within: 10, now: later)
        let standing = #expect(throws: Problem.self) {
            try admission.enter(.picture, within: 10, now: later)
        }
        #expect(standing?.code == "queue_slow" && standing?.limit == 2)
        // Once nobody waits for a worker, a burst may come again.
        for _ in 0 ..< 2 { admission.leave(.picture, answered: true, now: later + .seconds(1)) }
        for _ in 0 ..< 6 { try admission.enter(.picture, within: 10, now: later + .seconds(1)) }
    }

    /// A video that takes a minute is no answer that pictures wait a minute for.
    @Test func videosSayNothingOfPictures() throws {
        let admission = Admission(ServiceLimits())
        let now = ContinuousClock.now
        try admission.enter(.video, within: 60, now: now)
        for second in 0 ..< 3 {
            let start = now + .seconds(20 * second)
            try admission.enter(.picture, within: 1, now: start)
            admission.leave(.picture, answered: true, now: start + .milliseconds(10))
        }
        admission.leave(.video, answered: true, now: now + .seconds(60))
        try admission.enter(.picture, within: 1, now: now + .seconds(60))
        try admission.enter(.picture, within: 0.011, now: now + .seconds(60))
        let late = #expect(throws: Problem.self) {
            try admission.enter(.picture, within: 0.011, now: now + .seconds(60))
        }
        #expect(late?.found.map { abs($0 - 0.02) < 1e-9 } == true)
    }

    /// Slow answers one after another never keep a worker idle.
    @Test func afterSlowAnswersAFreeWorkerIsUsed() throws {
        let admission = Admission(ServiceLimits(), workers: 2)
        var now = ContinuousClock.now
        for _ in 0 ..< 60 {
            try admission.enter(.picture, within: 10, now: now)
            now += .seconds(9)
            admission.leave(.picture, answered: true, now: now)
        }
        for _ in 0 ..< 2 { try admission.enter(.picture, within: 1, now: now) }
        #expect(throws: Problem.self) { try admission.enter(.picture, within: 1, now: now) }
    }

    @Test func aBucketFillsAgain() {
        var limits = ServiceLimits()
        limits.clientRate = 2
        limits.clients = 3
        let limiter = RateLimiter(limits, rate: 2)
        let now = ContinuousClock.now
        for _ in 0 ..< 4 { #expect(limiter.refusal("a", now: now) == nil) }
        #expect(limiter.refusal("a", now: now) == 0.5)
        #expect(limiter.refusal("b", now: now) == nil)
        #expect(limiter.refusal("a", now: now + .seconds(1)) == nil)
        // Others push out who asked least recently.
        for name in ["c", "d", "e"] { _ = limiter.refusal(name, now: now + .seconds(2)) }
        for _ in 0 ..< 4 { #expect(limiter.refusal("a", now: now + .seconds(2)) == nil) }
    }

    @Test(arguments: [
        ("192.168.7.9", "192.168.7.0/24"), ("::ffff:10.1.2.3", "10.1.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8::1", "2001:db8:0:0::/64"),
    ])
    func addressesCountByNetwork(address: String, network: String) {
        #expect(RateLimiter.network(of: address) == network)
    }

    @Test func aClientThatAsksTooOftenWaits() async throws {
        var limits = TestServer.patient
        limits.clientRate = 0.001
        let server = try await TestServer(limits: limits)
        var answers: [RawAnswer] = []
        for _ in 0 ..< 4 {
            answers.append(
                try await server.send(
                    "GET", "/livez", ["X-Forwarded-For": "10.0.0.\(answers.count)"]))
        }
        let last = try #require(answers.last)
        #expect(last.status == 429 && last.fields["retry-after"] != nil, "\(answers)")
        #expect(last.object["code"] as? String == "rate")
    }

    @Test func aBodyThatStallsIsRefused() async throws {
        var limits = TestServer.patient
        limits.requestSeconds = 0.3
        let server = try await TestServer(limits: limits)
        let head = RawClient.request(
            "POST", "/v1/faces", ["Content-Length": "1000", "Content-Type": "image/png"])
        let stalled = try #require(try await server.raw(head + [0x89]).first)
        #expect(stalled.status == 408 && stalled.isClosed, "\(stalled.text)")
        #expect(server.service.admission.heldBytes == 0)
        #expect(try await server.send("GET", "/livez").status == 200)
    }

    /// An upload holds what it has sent, not what it declares.
    @Test func stalledUploadsKeepNoRoomFromOthers() async throws {
        var limits = TestServer.patient
        limits.heldBytes = 400_000
        let server = try await TestServer(limits: limits)
        let port = server.port
        let head = RawClient.request(
            "POST", "/v1/faces", ["Content-Length": "20000000", "Content-Type": "image/png"])
        let stalled = try await onThread {
            try (0 ..< 4).map { _ in
                let client = try RawClient(port: port)
                client.send(head + [0x89])
                return UncheckedBox(client)
            }
        }
        for _ in 0 ..< 3000 where server.service.admission.heldBytes < 4 * 65_536 {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(server.service.admission.heldBytes == 4 * 65_536)
        let answer = try await server.send(
            "POST", "/v1/faces", ["Content-Type": "image/png"], body: Pictures.none)
        #expect(answer.status == 200, "\(answer.text)")
        // One that sends on holds at least what has come, and is refused beyond what all may hold.
        try await onThread { stalled[0].value.send([UInt8](repeating: 1, count: 300_000)) }
        let refusal = try await onThread { stalled[0].value.read(seconds: 300) }
        #expect(refusal?.status == 503 && refusal?.object["code"] as? String == "bodies_full")
        for _ in 0 ..< 3000 where server.service.admission.heldBytes > 3 * 65_536 {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(server.service.admission.heldBytes == 3 * 65_536)
        withExtendedLifetime(stalled) {}
    }

    @Test func aDeadlineEndsTheRequest() async throws {
        let server = try await TestServer.shared.value
        let answer = try await server.send(
            "POST", "/v1/faces", ["Request-Timeout": "0.000001", "Content-Type": "image/png"],
            body: Pictures.two)
        #expect(answer.status == 503 && answer.fields["retry-after"] != nil, "\(answer.text)")
    }

    @Test func workOfClientsThatHaveGoneIsGivenUp() async throws {
        let server = try await TestServer()
        let request = RawClient.request(
            "POST", "/v1/faces", ["Content-Type": "image/png"], body: Pictures.two)
        let port = server.port
        try await onThread {
            for _ in 0 ..< 20 { try RawClient(port: port).send(request) }
        }
        for _ in 0 ..< 3000
        where server.service.admission.waiting > 0 || server.service.connections.count > 0 {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(server.service.admission.waiting == 0 && server.service.admission.heldBytes == 0)
        #expect(server.service.connections.count == 0)
    }

    @Test func racesEndOnce() async throws {
        let value = try await withDeadline(seconds: 600, late: .late(600)) { 7 }
        #expect(value == 7)
        await #expect(throws: Problem.self) {
            try await withDeadline(seconds: 0.01, late: .late(0.01)) {
                try await Task.sleep(for: .seconds(60))
            }
        }
    }

    /// A body must leave memory with its answer, not with the deadline.
    @Test func nothingIsKeptUntilTheDeadline() async throws {
        final class Body: Sendable {}
        weak var body: Body?
        do {
            let made = Body()
            body = made
            _ = try await withDeadline(seconds: 600, late: .late(600)) { made }
        }
        for _ in 0 ..< 3000 where body != nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(body == nil)
    }
}

/// What one test alone uses, on one thread after another.
private struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
