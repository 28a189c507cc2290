import HTTPTypes
public import Foundation
import Imaging
public import Logging
import Mien
import Synchronization

/// What all requests share: models, limits, tokens, metrics.
public final class ExpressionService: Sendable {
    public let limits: ServiceLimits
    /// The first is the one of requests that name none.
    let models: [LoadedModel]
    let tokens: TokenStore?
    let limiter: RateLimiter?
    let admission: Admission
    let metrics = Metrics()
    let connections: Connections
    let logger: Logger
    /// Whose certificate devices must trust; `nil` where certificates are others' or there are none.
    let authority = Mutex<LocalAuthority?>(nil)
    private let state = Mutex((hasStarted: false, isDraining: false))

    /// A model by the name that requests give it.
    public struct NamedModel: Sendable {
        public let name: String
        public let url: URL

        public init(_ name: String, _ url: URL) {
            self.name = name
            self.url = url
        }
    }

    /// Reads the models and the tokens.
    /// - Parameters:
    ///   - models: at least one; the first is the one of requests that name none.
    ///   - tokens: a file of access tokens; `nil` opens everything to everybody.
    /// - Throws: `UsageError`, and what `Predictor` throws.
    public init(
        models: [NamedModel], tokens: URL?, limits: ServiceLimits = .init(), logger: Logger
    ) throws {
        guard !models.isEmpty, Set(models.map(\.name)).count == models.count else {
            throw UsageError(
                "models", found: models.map(\.name).joined(separator: ", "),
                expected: "at least one, each with a name of its own")
        }
        self.limits = limits
        self.logger = logger
        connections = Connections(limits, metrics)
        self.tokens = try tokens.map { try TokenStore($0, logger: logger) }
        limiter = limits.clientRate.map { RateLimiter(limits, rate: $0) }
        var options = PredictionOptions()
        options.limits = limits.decoding
        options.workers = ProcessInfo.processInfo.activeProcessorCount
        options.waiting = max(limits.waiting * 2, options.workers)
        // More faces at once take as long a face, and each waits for all.
        options.batchSize = 4
        admission = Admission(limits, workers: options.workers)
        let faceExtractor = try FaceExtractor(options: options)
        self.models = try models.map { [metrics] model in
            try LoadedModel(model.name, model.url, faceExtractor: faceExtractor) {
                metrics.observe("mien_batch_faces", Double($0))
            }
        }
    }

    /// - Throws: `Problem` 404 for a name that no model has.
    func model(_ name: String?) throws(Problem) -> LoadedModel {
        guard let name else { return models[0] }
        guard let model = models.first(where: { $0.name == name }) else {
            let names = models.map(\.name).joined(separator: ", ")
            throw Problem(
                .notFound, "no_model", "The service has no model of this name; it has \(names).")
        }
        return model
    }

    /// Scores a drawn face, after which the service is ready.
    public func start() async throws {
        let face = SyntheticFaces(seed: 1).face(at: 3)
        let picture = try Image(width: 48, height: 48, channels: 1, pixels: face.pixels)
            .encoded(as: .png)
        for model in models {
            let image = try await model.predictor.predict(decoding: picture, wholeImage: true)
            guard image.faces.first?.score?.isFinite == true else {
                throw UsageError(
                    model.name, found: "a model that does not score a drawn face",
                    expected: "a score", advice: "Name another model.")
            }
            // The first picture need not wait for the detector.
            _ = try await model.predictor.predict(decoding: picture)
        }
        state.withLock { $0.hasStarted = true }
    }

    /// Says from now on that the service is not ready: no new requests are to come.
    func drain() { state.withLock { $0.isDraining = true } }

    /// Why the service is not ready; `nil` where it is.
    var unready: String? {
        let (hasStarted, isDraining) = state.withLock { $0 }
        if isDraining { return "draining" }
        if !hasStarted { return "starting" }
        if admission.waiting >= limits.waiting { return "queue_full" }
        return nil
    }
}
