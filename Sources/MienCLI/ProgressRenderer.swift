import Foundation
import Mien

/// Lines that go to standard error and to the run's log.txt.
struct RunLog {
    private let handle: FileHandle?

    init(_ folder: RunFolder) {
        let path = folder.logURL.path
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        handle = FileHandle(forWritingAtPath: path)
        _ = try? handle?.seekToEnd()
    }

    func line(_ text: Advice) { line(text.asOptions) }

    func line(_ text: String) {
        Console.clearTransient()
        Console.note(text)
        try? handle?.write(contentsOf: Data((text.printable(keepingLines: true) + "\n").utf8))
    }
}

/// Shows a trainer's events to people.
struct ProgressRenderer {
    let log: RunLog
    private var plan: TrainingPlan?
    private var line: TrainingLine?
    private var rate = 0.0
    private var waited = 0.0
    private var worked = 0.0

    init(log: RunLog) { self.log = log }

    mutating func show(_ event: TrainingEvent) {
        switch event {
        case .started(let plan):
            self.plan = plan
            line = TrainingLine(plan)
            log.line(
                "Training on \(plan.trainingSamples) images, validating on "
                    + "\(plan.validationSamples); \(plan.epochs) epochs of \(plan.stepsPerEpoch) "
                    + "steps, \(plan.precision), \(plan.threads) threads"
                    + (plan.processes > 1 ? " in each of \(plan.processes) processes" : "")
                    + (plan.totalSteps < plan.epochs * plan.stepsPerEpoch
                        ? "; ending after \(plan.totalSteps) steps" : "")
                    + (plan.firstStep > 0 ? "; going on after step \(plan.firstStep)." : "."))
        case .step(let report): show(report)
        case .validating(let done, let total):
            Console.transient("validating \(done)/\(total)")
        case .renewing(let done, let total):
            Console.transient("statistics of the average: batch \(done)/\(total)")
        case .teaching(let done, let total):
            Console.transient("answering the training images \(done)/\(total)")
            if done == total {
                log.line("The model answered \(total) training images, for targets.")
            }
        case .epoch(let report):
            let auc = report.validation.auc.map { String(format: "%.4f", $0) } ?? "none"
            let emotions =
                report.validation.emotionAccuracy
                .map { String(format: ", emotions %.4f", $0) } ?? ""
            log.line(
                String(
                    format: "epoch %d: training loss %.4f accuracy %.4f; validation (n %d) loss "
                        + "%.4f accuracy %.4f AUC %@%@; waited for data %.2f %%",
                    report.epoch, report.trainingLoss, report.trainingAccuracy,
                    report.validation.n, report.validation.loss, report.validation.accuracy, auc,
                    emotions, worked > 0 ? waited / worked * 100 : 0))
        case .checkpoint: break
        case .stoppedEarly(let best):
            log.line("Stopped early: the best validation AUC was after epoch \(best).")
        }
    }

    private mutating func show(_ report: StepReport) {
        guard let plan else { return }
        waited += report.waitedSeconds
        worked += report.seconds
        let now = Double(report.images) / max(report.seconds, 1e-9)
        rate = rate == 0 ? now : 0.9 * rate + 0.1 * now
        let left = Double(plan.totalSteps - report.step) * Double(report.images) / rate
        let text = String(
            format: "epoch %d step %d/%d loss %.4f accuracy %.4f %.1f images/s, %@ left",
            report.epoch, report.step, plan.totalSteps, report.epochLoss, report.epochAccuracy,
            rate, duration(left))
        if Console.isTerminal {
            line?.add(report.loss)
            Console.transient(
                line?.text(step: report.step, figures: text, width: Console.columns) ?? text)
        } else if report.step % 50 == 0 || report.step == plan.totalSteps {
            log.line(text)
        }
    }
}
