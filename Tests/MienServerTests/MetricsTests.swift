import Foundation
import ProgramSupport
import Testing

@testable import MienServer

/// The text that Prometheus reads, on a port of its own.
@Suite(.enabled(if: DrawnPhotos.hasDetector, "\(DrawnPhotos.missing)"))
struct MetricsTests {
    @Test func histogramsAreCumulative() {
        let metrics = Metrics()
        for value in [0.0005, 0.004, 0.004, 30] { metrics.observe("a_seconds", value) }
        metrics.count("b_total", ["reason": "a \"b\"\n"])
        let text = metrics.text(gauges: [("c", [:], 2)])
        #expect(text.contains("a_seconds_bucket{le=\"0.005\"} 3"), "\(text)")
        #expect(text.contains("a_seconds_bucket{le=\"+Inf\"} 4"))
        #expect(text.contains("b_total{reason=\"a \\\"b\\\"\\n\"} 1.0"))
        #expect(text.contains("# TYPE c gauge\nc 2.0"))
    }

    @Test func aFamilysTypeIsSaidOnce() {
        let text = Metrics().text(gauges: [("a", ["name": "1"], 1), ("a", ["name": "2"], 1)])
        #expect(text == "# TYPE a gauge\na{name=\"1\"} 1.0\na{name=\"2\"} 1.0\n")
    }

    @Test func aPortOfItsOwnServesThem() async throws {
        let server = try await TestServer(metrics: true)
        let port = try #require(server.metricsPort)
        func metrics() async throws -> String {
            let answer = try await onThread {
                try RawClient(port: port).exchange(
                    RawClient.request("GET", "/metrics"), seconds: 300
                ).first
            }
            return answer?.text ?? ""
        }
        func value(_ name: String, _ text: String) -> Double? {
            text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
                .flatMap { Double($0.dropFirst(name.count + 1)) }
        }
        let before = try await metrics()
        for _ in 0 ..< 2 {
            _ = try await server.send(
                "POST", "/v1/faces", ["Content-Type": "image/png"], body: Pictures.two)
        }
        _ = try await server.send("GET", "/evil-path-of-a-client")
        #expect(try await server.send("GET", "/metrics").status == 404)
        let text = try await metrics()
        // Two requests, one after another: a batch each, of two faces or more that were looked at.
        let counts = [before, text].compactMap { value("mien_batch_faces_count", $0) }
        let sums = [before, text].compactMap { value("mien_batch_faces_sum", $0) }
        try #require(counts.count == 2 && sums.count == 2, "\(text)")
        #expect(counts[1] - counts[0] == 2 && sums[1] - sums[0] >= 4, "\(text)")
        #expect(
            text.contains(
                "http_server_request_duration_seconds_count{http_request_method=\"POST\","
                    + "http_response_status_code=\"200\",http_route=\"/v1/faces\"} 2"), "\(text)")
        #expect(text.contains("mien_rejected_total{reason=\"no_path\"} 2.0"))
        #expect(text.contains("mien_model_info{name=\"mien\",sha256=\""))
        #expect(!text.contains("evil"))
    }
}
