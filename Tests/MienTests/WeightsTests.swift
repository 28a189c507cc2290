import Foundation
import Mien
import Synchronization
import Testing
import Torch

@Suite struct WeightsTests {
    /// The SHA-256 of `content` begins with this: hashlib.sha256(bytes(
    /// (i * 31 + (i >> 9)) & 255 for i in range(300_000))).hexdigest() in Python.
    private let digest = "cc5e63d9"
    private let content = (0 ..< 300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }

    @Test func downloadsWithProgress() throws {
        try withServer([.serve(content)]) { server, cache, weights in
            var events: [DownloadEvent] = []
            let file = try cache.fetch(weights) { events.append($0) }
            #expect(try [UInt8](Data(contentsOf: file)) == content)
            #expect(events.first == .connecting(weights.url, resumedFrom: 0))
            guard case .received(content.count, content.count, let rate) = events.last else {
                Issue.record("the last event is \(String(describing: events.last))")
                return
            }
            #expect(rate > 0)
            // A second call finds the file and does not ask.
            try cache.fetch(weights)
            #expect(server.lines.count == 1)
            #expect(try visibleFiles(cache) == [weights.fileName])
        }
    }

    @Test func resumesAfterCuts() throws {
        try withServer([
            .cut(content, after: 100_000), .status(503), .cut(content, after: 50_000),
            .serve(content),
        ]) { server, cache, weights in
            let file = try cache.fetch(weights, options: impatient)
            #expect(try [UInt8](Data(contentsOf: file)) == content)
            #expect(server.ranges == [nil, "100000-", "100000-", "150000-"])
        }
    }

    /// What a first call left behind is used by the next.
    @Test func resumesInANewCall() throws {
        try withServer([.cut(content, after: 1000), .status(500), .status(500), .serve(content)]) {
            server, cache, weights in
            var options = impatient
            options.attempts = 1
            let error = #expect(throws: WeightsError.self) {
                try cache.fetch(weights, options: options)
            }
            #expect(error?.description.contains("1000 bytes that came are kept") == true)
            #expect(try visibleFiles(cache).isEmpty)
            try cache.fetch(weights, options: impatient)
            #expect(server.ranges.last == "1000-")
        }
    }

    @Test func startsAgainWhenTheServerIgnoresRange() throws {
        try withServer([.cut(content, after: 1000), .ignoreRange(content)]) {
            server, cache, weights in
            let file = try cache.fetch(weights, options: impatient)
            #expect(try [UInt8](Data(contentsOf: file)) == content)
            #expect(server.ranges == [nil, "1000-"])
        }
    }

    /// A server that always cuts at the same place brings nothing new and must not hold us.
    @Test func givesUpWhenNothingNewComes() throws {
        try withServer([.ignoreRange(content, cutAfter: 1000)]) { server, cache, weights in
            #expect(throws: WeightsError.self) { try cache.fetch(weights, options: impatient) }
            #expect(server.lines.count == impatient.attempts + 1)
        }
    }

    @Test func oldPartOfAnotherFileIsDropped() throws {
        try withServer([.cut(content.reversed(), after: 1000), .serve(content)]) {
            server, cache, weights in
            let file = try cache.fetch(weights, options: impatient)
            #expect(try [UInt8](Data(contentsOf: file)) == content)
            #expect(server.ranges == [nil, "1000-", nil])
        }
    }

    @Test func completePartIsRecognized() throws {
        try withServer([.serve(content)]) { server, cache, weights in
            try FileManager.default.createDirectory(
                at: cache.folder, withIntermediateDirectories: true)
            try Data(content).write(
                to: cache.folder.appendingPathComponent(".\(weights.fileName).partial"))
            let file = try cache.fetch(weights, options: impatient)
            #expect(try [UInt8](Data(contentsOf: file)) == content)
            #expect(server.ranges == ["\(content.count)-"])
        }
    }

    @Test func corruptContentIsRefused() throws {
        try withServer([.serve(Array(content.reversed()))]) { server, cache, weights in
            let error = #expect(throws: WeightsError.self) {
                try cache.fetch(weights, options: impatient)
            }
            #expect(error?.reason.contains("expected \(weights.digestPrefix)") == true)
            #expect(server.lines.count == 2)
            let files = try visibleFiles(cache)
            #expect(files.isEmpty)
            let leftover = cache.folder.appendingPathComponent(".\(weights.fileName).partial")
            #expect(!FileManager.default.fileExists(atPath: leftover.path))
        }
    }

    @Test func damagedFileInTheCacheIsReplaced() throws {
        try withServer([.serve(content)]) { _, cache, weights in
            try FileManager.default.createDirectory(
                at: cache.folder, withIntermediateDirectories: true)
            try Data([1, 2, 3]).write(to: cache.file(of: weights))
            #expect(try cache.list().map(\.isIntact) == [false])
            try cache.fetch(weights)
            #expect(try cache.list().map(\.isIntact) == [true])
        }
    }

    @Test func followsRedirectsButNotForEver() throws {
        try withServer([.redirect(to: "/elsewhere/file"), .serve(content)]) {
            server, cache, weights in
            try cache.fetch(weights, options: impatient)
            #expect(server.lines.last?.hasPrefix("GET /elsewhere/file ") == true)
        }
        try withServer([.redirect(to: "/again")]) { server, cache, weights in
            let error = #expect(throws: WeightsError.self) {
                try cache.fetch(weights, options: impatient)
            }
            #expect(error?.reason.contains("redirects") == true, "\(error?.reason ?? "")")
            #expect(server.lines.count == 6)
        }
        try withServer([.redirect(to: "file:///etc/passwd")]) { _, cache, weights in
            #expect(throws: WeightsError.self) { try cache.fetch(weights, options: impatient) }
        }
    }

    @Test func resumesThroughARedirect() throws {
        try withServer([
            .cut(content, after: 1000), .redirect(to: "/elsewhere"), .serve(content),
        ]) { server, cache, weights in
            try cache.fetch(weights, options: impatient)
            #expect(server.ranges == [nil, "1000-", "1000-"])
        }
    }

    @Test func absentFileIsNotAskedForAgain() throws {
        try withServer([.status(404)]) { server, cache, weights in
            let error = #expect(throws: WeightsError.self) {
                try cache.fetch(weights, options: impatient)
            }
            #expect(error?.reason == "the server answered with status 404")
            #expect(server.lines.count == 1)
        }
    }

    @Test func silentAndSenselessServersAreGivenUp() throws {
        for behaviour in [WeightsTestServer.Behaviour.silent, .garbage] {
            try withServer([behaviour]) { _, cache, weights in
                var options = impatient
                options.attempts = 1
                let clock = ContinuousClock()
                let begin = clock.now
                #expect(throws: WeightsError.self) { try cache.fetch(weights, options: options) }
                // One second without a byte is allowed, the server is silent for four.
                #expect(clock.now - begin < .seconds(3.5))
            }
        }
    }

    @Test func slowServerIsEndured() throws {
        let short = Array(content.prefix(60))
        try withServer([.slow(short)], digest: "85826be8") { _, cache, weights in
            let file = try cache.fetch(weights, options: impatient)
            #expect(try [UInt8](Data(contentsOf: file)) == short)
        }
    }

    @Test func offlineNamesTheFileAndTheWayOut() throws {
        try withServer([.status(404)]) { server, cache, weights in
            // Nothing listens on port 1.
            let nowhere = try #require(URL(string: "http://127.0.0.1:1/\(weights.fileName)"))
            let error = #expect(throws: WeightsError.self) {
                try cache.fetch(weights, from: nowhere, options: impatient)
            }
            #expect(error?.description.contains(weights.fileName) == true)
            #expect(error?.description.contains("mien weights import PATH") == true)
            #expect(server.lines.isEmpty)
            #expect(throws: WeightsError.self) {
                try cache.fetch(weights, from: URL(fileURLWithPath: "/etc/passwd"))
            }
        }
    }

    @Test func concurrentCallsDownloadOnce() async throws {
        let server = try WeightsTestServer([.serve(content)])
        defer { server.stop() }
        let (cache, weights) = try place(for: server, digest)
        defer { try? FileManager.default.removeItem(at: cache.folder) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0 ..< 3 {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread {
                            continuation.resume(returning: (try? cache.fetch(weights)) != nil)
                        }.start()
                    }
                }
            }
            for await isThere in group { #expect(isThere) }
        }
        #expect(server.lines.count == 1)
    }

    @Test func importsWhatMatches() throws {
        try withServer([.status(404)]) { _, cache, weights in
            let source = FileManager.default.temporaryDirectory
                .appendingPathComponent("download \(UUID().uuidString) (1).pth")
            defer { try? FileManager.default.removeItem(at: source) }
            try Data(content.dropLast()).write(to: source)
            let error = #expect(throws: WeightsError.self) { try cache.importFile(source) }
            #expect(error?.reason.contains("expected \(weights.digestPrefix)") == true)
            #expect(!FileManager.default.fileExists(atPath: cache.folder.path))

            try Data(content).write(to: source)
            let result = try cache.importFile(source)
            #expect(result.weights == weights)
            #expect(try [UInt8](Data(contentsOf: result.file)) == content)
            #expect(try cache.resolve("imagenet", architecture: "tiny") == result.file)
            #expect(throws: WeightsError.self) {
                try cache.importFile(URL(fileURLWithPath: "/nowhere"))
            }
        }
    }

    @Test func resolvesOrSaysWhatToDo() throws {
        let cache = WeightsCache(folder: URL(fileURLWithPath: "/nowhere/cache"))
        let absent = #expect(throws: WeightsError.self) {
            try cache.resolve("imagenet", architecture: "resnet18")
        }
        #expect(absent?.description.contains("resnet18-f37072fd.pth") == true)
        #expect(absent?.description.contains("mien weights fetch resnet18") == true)
        let path = #expect(throws: WeightsError.self) {
            try cache.resolve("missing.pth", architecture: "resnet18")
        }
        #expect(path?.subject == "missing.pth")
        #expect(try cache.resolve("/dev/null", architecture: "resnet18").path == "/dev/null")
        #expect(throws: WeightsError.self) { try cache.weights(named: "resnet19") }
    }

    @Test func cacheFolderFollowsTheEnvironment() {
        func path(_ environment: [String: String]) -> String {
            WeightsCache(environment: environment).folder.path
        }
        #expect(path(["MIEN_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/a")
        #expect(path(["MIEN_CACHE": "", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/b/mien")
        #expect(path(["XDG_CACHE_HOME": "b", "HOME": "/c"]) == "/c/.cache/mien")
        #expect(path(["HOME": "/c"]) == "/c/.cache/mien")
    }

    @Test func knownWeightsAreTorchvisions() {
        #expect(
            PretrainedWeights.imageNet.map(\.name) == [
                "resnet18", "resnet34", "resnet50", "vgg16", "vgg16_bn", "inception_v3",
            ])
        #expect(
            PretrainedWeights.imageNet.map(\.digestPrefix) == [
                "f37072fd", "b627a593", "0676ba61", "397923af", "6c64b313", "0cc3c7bd",
            ])
        #expect(
            PretrainedWeights.imageNet[0].url.absoluteString
                == "https://download.pytorch.org/models/resnet18-f37072fd.pth")
    }

    // MARK: Support

    private var impatient: DownloadOptions {
        var options = DownloadOptions()
        options.attempts = 3
        options.firstPause = 0.01
        options.idleSeconds = 1
        return options
    }

    private func withServer(
        _ behaviours: [WeightsTestServer.Behaviour], digest: String? = nil,
        _ body: (WeightsTestServer, WeightsCache, PretrainedWeights) throws -> Void
    ) throws {
        let server = try WeightsTestServer(behaviours)
        defer { server.stop() }
        let (cache, weights) = try place(for: server, digest ?? self.digest)
        defer { try? FileManager.default.removeItem(at: cache.folder) }
        try body(server, cache, weights)
    }

    private func place(
        for server: WeightsTestServer, _ digest: String
    ) throws -> (WeightsCache, PretrainedWeights) {
        let weights = try PretrainedWeights(
            name: "tiny", url: server.url("tiny-\(digest).pth"))
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("weights-\(UUID().uuidString)")
        return (WeightsCache(folder: folder, known: [weights]), weights)
    }

    private func visibleFiles(_ cache: WeightsCache) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: cache.folder.path)
            .filter { !$0.hasPrefix(".") }
    }
}
