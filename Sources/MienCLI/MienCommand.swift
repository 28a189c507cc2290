import ArgumentParser
import Foundation
import Imaging
import Mien
import Networks
import Torch

/// The program `mien`.
@main
struct MienCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mien",
        abstract: "Classifies facial expression: train, evaluate, explain, predict.",
        discussion: """
            The score is the probability that annotators call an expression sad or neutral. A face is \
            not a diagnosis. No output is a basis for a decision about a person. To begin: mien predict \
            photo.jpg, mien train --help, mien doctor.
            """,
        version: currentMienVersion,
        subcommands: [Evidence.self, Occlusion.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Use",
                subcommands: [
                    Predict.self, Faces.self, Explain.self, Serve.self, TokenCommand.self,
                ]),
            CommandGroup(
                name: "Scale", subcommands: [BatchCommand.self, SweepCommand.self]),
            CommandGroup(
                name: "Train",
                subcommands: [
                    Train.self, Adapt.self, Calibrate.self, Import.self, WeightsCommand.self,
                ]),
            CommandGroup(
                name: "Measure",
                subcommands: [
                    Evaluate.self, Crossval.self, Compare.self, Report.self, Benchmark.self,
                ]),
            CommandGroup(name: "Data", subcommands: [DataCommand.self]),
            CommandGroup(name: "Participants", subcommands: [ParticipantsCommand.self]),
            CommandGroup(
                name: "Tools",
                subcommands: [
                    Doctor.self, ModelCommand.self, Convert.self, Quantize.self, Export.self,
                    Probe.self,
                ]),
        ])

    static func main() {
        signal(SIGPIPE, SIG_IGN)
        StandardStreams.reserve()
        Interruption.prepare()
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            FileRoles.addOutput(descriptor: descriptor)
        }
        do {
            var command = try parseAsRoot()
            let isShared = Train.prepareLaunched() || !(command is Train)
            limitSpinning(beside: !isShared && SharedProcessors.areWanted)
            try requireText(command)
            // Before any other thread allocates.
            if command is any FindsFaces, tensors(for: command) == nil {
                Runtime.returnFreedMemory()
            } else {
                Runtime.keepFreedMemory()
            }
            preload(for: command)
            try command.run()
            try StandardStreams.finishOutput()
            finish(0)
        } catch {
            finish(report(error))
        }
    }

    /// Only names of photos and videos may be other than UTF-8: an option would name another file.
    private static func requireText(_ command: any ParsableCommand) throws(UsageError) {
        let paths = Set((command as? any UsesPhotos)?.source.paths ?? [])
        for index in 1 ..< max(1, Int(CommandLine.argc)) {
            guard let start = CommandLine.unsafeArgv[index] else { continue }
            let name = FileName(bytes: Array(String(cString: start).utf8))
            let exact = FileName(
                bytes: UnsafeRawBufferPointer(start: start, count: strlen(start)).map { $0 })
            guard exact.isUTF8 || paths.contains(name.text) else {
                throw UsageError(
                    exact.text, found: "a name that is not UTF-8", expected: "one that is",
                    advice: "Rename the file or folder, or make a link to it.")
            }
        }
    }

    /// The command where it computes with tensors.
    private static func tensors(for command: any ParsableCommand) -> (any UsesTensors)? {
        (command as? any UsesTensors).flatMap { $0.usesTensors ? $0 : nil }
    }

    /// Has threads that wait for others of one operation give up their processor after a short while
    /// (libgomp, which reads this where it is loaded). By its default they spin for milliseconds:
    /// where other programs want the processors, the one that all wait for is kept from its own.
    /// Beside other programs they wait a tenth as long: measured in docs/training.md.
    private static func limitSpinning(beside others: Bool) {
        guard getenv("OMP_WAIT_POLICY") == nil else { return }
        setenv("GOMP_SPINCOUNT", others ? "2000" : "20000", 0)
    }

    /// Loads what the command will need on a thread of its own: two libraries cannot be loaded at
    /// once, but a model can be read meanwhile. OpenCV comes first: it takes 10 ms, libtorch 250,
    /// during which the face detector is made ready.
    private static func preload(for command: any ParsableCommand) {
        let findsFaces = (command as? any FindsFaces)?.findsFaces ?? false
        let tensors = tensors(for: command)
        guard tensors != nil || findsFaces else { return }
        // Before libtorch: a thread that computes before the number is set starts libgomp's others,
        // which then spin while they wait.
        if let threads = tensors?.tensorThreads {
            setenv("OMP_NUM_THREADS", "\(threads)", 1)
        }
        let needsTensors = tensors != nil
        let thread = Thread {
            if findsFaces { ImageLibrary.load() }
            if needsTensors { Runtime.load() }
        }
        thread.stackSize = 8 << 20
        thread.name = "mien.preload"
        thread.start()
    }

    /// Prints what went wrong and gives the exit code: 2 for usage and input, 1 for failure,
    /// 130 when interrupted. Whoever closed the pipe of the results has seen enough: nothing is
    /// said, and the process ends by SIGPIPE (141 in a shell) as others do.
    private static func report(_ error: any Error) -> Int32 {
        Console.clearTransient()
        switch error {
        case let error as OutputError:
            if error.isClosedPipe {
                signal(SIGPIPE, SIG_DFL)
                raise(SIGPIPE)
            }
            Console.error(words(of: error))
            return 1
        case is UsageError, is DataError, is StateDictError, is StateMismatch, is ModelFileError,
            is NetworkError, is NonFiniteOutput, is LandmarkModelError:
            Console.error(words(of: error))
            return 2
        case let error as BatchError:
            Console.error("\(error)")
            return error.exitCode
        case let error as WeightsError:
            Console.error(words(of: error))
            return error.isInput ? 2 : 1
        case is FileError:
            Console.error(words(of: error))
            return 1
        case let error as ProcessGroupError:
            Console.error(words(of: error))
            return 1
        case let error as TrainingError:
            Console.error(words(of: error))
            if case .interrupted = error { return 130 }
            return 1
        case let error as TensorError:
            Console.error("libtorch failed: \(error)")
            return 1
        case is Interrupted:
            Console.error("Stopped.")
            return 130
        default:
            return reportOther(error)
        }
    }

    /// An error in words, with settings as options.
    static func words(of error: any Error) -> String {
        let words: Advice = "\(error)"
        return words.asOptions
    }

    /// Errors of the parser of arguments, which also are its help and version, and of the system.
    private static func reportOther(_ error: any Error) -> Int32 {
        let code = exitCode(for: error)
        guard code == .success else {
            if let error = error as? CocoaError {
                let path = error.filePath.map { "\($0): " } ?? ""
                Console.error(path + plainReason(of: error))
                return 1
            }
            Console.error(fullMessage(for: error), plain: true)
            return code == .validationFailure ? 2 : code.rawValue
        }
        do {
            try Console.result(fullMessage(for: error))
            try StandardStreams.finishOutput()
            return 0
        } catch {
            return report(error)
        }
    }

    /// Ends the process without libtorch's exit destructors, which take 60 ms.
    private static func finish(_ code: Int32) -> Never {
        fflush(nil)
        _exit(code)
    }
}

/// A command that computes with tensors, that is with libtorch. Scores need none.
protocol UsesTensors {
    /// Whether it does so with the options that were given.
    var usesTensors: Bool { get }
    /// Threads of one operation, where the command says so before anything is computed.
    var tensorThreads: Int? { get }
}

extension UsesTensors {
    var usesTensors: Bool { true }
    var tensorThreads: Int? { nil }
}

/// A command that finds and scores faces.
protocol FindsFaces {
    /// Whether faces are looked for, so that the detector is made ready meanwhile.
    var findsFaces: Bool { get }
}

/// A command that reads photos or videos which its arguments name.
protocol UsesPhotos: FindsFaces {
    var source: SourceOptions { get }
}

extension BatchError {
    /// 42 for what a repetition cannot mend, 75 for what it may (EX_TEMPFAIL of sysexits.h).
    fileprivate var exitCode: Int32 {
        switch kind {
        case .differs: 42
        case .temporary: 75
        case .refused: 1
        }
    }
}

/// A command that was asked to stop and has nothing to save.
struct Interrupted: Error {}
