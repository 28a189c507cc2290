import Mien
import Sweeps
import Testing

/// Recipes of sweeps: trials counted and drawn, and files that are refused with their line.
struct SweepRecipeTests {
    private func recipe(_ yaml: String) throws -> SweepRecipe {
        try SweepRecipe(yaml: yaml, path: "sweep.yaml")
    }

    private func refusal(_ yaml: String) -> String {
        do {
            _ = try recipe(yaml)
            return "taken"
        } catch {
            return "\(error)"
        }
    }

    private static let base = "base: {data: synthetic, recipe: fast}\n"

    @Test func aGridHasEveryCombinationInOrder() throws {
        let settings = try recipe(
            Self.base + "space:\n  optimizer: [adam, sgd]\n  learning-rate: [1e-3, 0.01, 1]\n"
        ).settings()
        #expect(settings.count == 6)
        #expect(settings[0] == [.init("optimizer", "adam"), .init("learning-rate", "1e-3")])
        #expect(settings[5] == [.init("optimizer", "sgd"), .init("learning-rate", "1")])
        #expect(settings[1].map(\.argument) == ["--optimizer=adam", "--learning-rate=0.01"])
    }

    @Test func drawsStayInTheirRangesAndDoNotDependOnTheirNumber() throws {
        func draws(_ count: Int, seed: Int = 4) throws -> [[SweepSetting]] {
            try recipe(
                Self.base + "search: random\ntrials: \(count)\nseed: \(seed)\nspace:\n"
                    + "  learning-rate: {log-uniform: [1e-4, 1e-1]}\n"
                    + "  weight-decay: {uniform: [-1, 3]}\n  optimizer: {choice: [adam, sgd]}\n"
            ).settings()
        }
        let many = try draws(400)
        #expect(try draws(3) == Array(many.prefix(3)))
        #expect(try draws(3, seed: 5) != Array(many.prefix(3)))
        let rates = many.compactMap { Double($0[0].value) }
        let decays = many.compactMap { Double($0[1].value) }
        #expect(rates.allSatisfy { 1e-4 ... 1e-1 ~= $0 } && decays.allSatisfy { -1 ... 3 ~= $0 })
        // Each decade holds a third; a uniform draw would put 90 % into the last.
        let low = rates.count { $0 < 1e-3 }
        #expect(100 ... 170 ~= low, "\(low)")
        let mean = decays.reduce(0, +) / 400
        #expect(abs(mean - 1) < 0.2, "\(mean)")
        #expect(Set(many.map { $0[2].value }) == ["adam", "sgd"])
    }

    @Test func flagsAndRepeatedOptionsOfTheBase() throws {
        let recipe = try recipe(
            "base:\n  data: x\n  keep-single-votes: false\n  cycle: [\"1,32,1e-3\", \"2,32,1e-3\"]\n"
                + "space: {seed: [1]}\n")
        #expect(
            recipe.base.map(\.argument) == [
                "--data=x", "--no-keep-single-votes", "--cycle=1,32,1e-3", "--cycle=2,32,1e-3",
            ])
    }

    @Test(arguments: [
        ("split: test\n", "never chooses on test rows"),
        ("metric: test-auc\n", "never chooses on test rows"),
        ("metric: f1\n", "auc, accuracy, balanced-accuracy"),
        ("trials: 3\n", "search: random"),
        ("search: random\n", "trials"),
        ("halving: {epochs: [1, 2]}\n", "search: halving"),
        ("search: halving\nhalving: {epochs: [2, 1]}\n", "ascend"),
        ("search: halving\nhalving: {epochs: [1, 2], keep-one-in: 1}\n", "2 to 100"),
        ("colour: red\n", "colour"),
    ])
    func otherValuesAreRefused(line: String, word: String) {
        let found = refusal(Self.base + "space: {optimizer: [adam]}\n" + line)
        #expect(found.contains(word), "\(found)")
    }

    @Test(arguments: [
        ("validation-split: [0.1, 0.2]", "validation rows"), ("labels: [fer2013]", "equal rows"),
        ("out: [a]", "option"), ("recipe: [best]", "base and in space"),
        ("learning-rate: {uniform: [2, 1]}", "smaller first"),
        ("learning-rate: {log-uniform: [0, 1]}", "above 0"),
        ("learning-rate: {normal: [0, 1]}", "log-uniform"), ("optimizer: [adam, adam]", "twice"),
        ("learning-rate: {uniform: [0, 1]}", "without a number of trials"),
    ])
    func otherSpacesAreRefusedWithTheLine(entry: String, word: String) {
        let found = refusal(Self.base + "space:\n  \(entry)\n")
        #expect(found.contains(word) && found.contains("sweep.yaml"), "\(found)")
    }

    @Test func anErrorNamesItsLine() {
        let found = refusal(Self.base + "space:\n  optimizer: [adam]\nmetric: f1\n")
        #expect(found.contains("sweep.yaml:4"), "\(found)")
        #expect(refusal("base: [").contains("no YAML"))
    }
}
