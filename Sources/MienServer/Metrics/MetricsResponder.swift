import Foundation
import HTTPTypes
import Hummingbird
import Mien
import NIOCore

/// `GET /metrics`, on a port of its own.
struct MetricsResponder: HTTPResponder {
    let service: ExpressionService
    let guards: Guards

    func respond(to request: Request, context: ServiceContext) async throws -> Response {
        let route = Route(.get, "/metrics", scope: .metrics) { _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        let exchange = Exchange(request, context, service)
        do {
            try guards.checkHost(request)
            try guards.checkForm(request)
            _ = try RouteTable(routes: [route]).route(request.method, request.uri.path)
            _ = try guards.checkToken(request, route, service.tokens)
            let response = try await route.answer(exchange)
            return request.method == .head ? response.createHeadResponse() : response
        } catch {
            return Problem(error).response(isInference: false)
        }
    }

    private var text: String {
        var gauges: [(name: String, labels: [String: String], value: Double)] = [
            ("mien_waiting_requests", [:], Double(service.admission.waiting)),
            ("mien_held_bytes", [:], Double(service.admission.heldBytes)),
            ("mien_connections", [:], Double(service.connections.count)),
            ("mien_ready", [:], service.unready == nil ? 1 : 0),
            ("process_cpu_seconds_total", [:], Self.cpuSeconds),
        ]
        if let bytes = Self.residentBytes {
            gauges.append(("process_resident_memory_bytes", [:], bytes))
        }
        for model in service.models {
            gauges.append(
                ("mien_model_info", ["name": model.name, "sha256": model.sha256], 1))
        }
        return service.metrics.text(gauges: gauges)
    }

    private static var cpuSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) * 1e-6
        }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static var residentBytes: Double? {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
        else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
}
