import Foundation
import Mien
import ProgramSupport
import Testing

/// Numbers and names that are classes, or not.
struct ClassNumbersTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["a.png", "b.png", "c.png"] { try folder.writeImage(grey: 1, to: name) }
    }

    private func refusal(_ text: String) throws -> DataError {
        let list = try folder.write(text, to: "list.csv")
        return try #require(#expect(throws: DataError.self) { try Dataset.load(data: list) })
    }

    @Test func theColumnWithTheWordsIsTaken() throws {
        let list = try folder.write(
            "path,label,emotion\na.png,0,Angry\nb.png,3,Happy\n", to: "list.csv")
        let dataset = try Dataset.load(data: list)
        #expect(dataset.samples.map(\.emotion) == [.angry, .happy])
        #expect(dataset.samples[0].attributes.isEmpty)
        #expect(dataset.notes.first?.description.contains("those of the column emotion") == true)
    }

    @Test func numbersAreNotGuessed() throws {
        let error = try refusal("path,label\na.png,0\nb.png,6\n")
        #expect(error.kind == .unknownForm)
        #expect(
            error.advice.description.contains("Numbers mean different emotions in different sets"))
        for name in ["fer2013: 0 angry", "rafdb: 1 surprise", "affectnet: 0 neutral"] {
            #expect(error.advice.description.contains(name))
        }
    }

    @Test(arguments: [
        ("rafdb", Emotion.surprise), ("fer2013", .disgust), ("affectnet", .happy),
        ("CK+", .angry), ("imagefolder", .disgust),
    ])
    func aSchemeSaysWhatNumbersMean(name: String, emotion: Emotion) throws {
        let list = try folder.write("path,label\na.png,01\n", to: "list.csv")
        let scheme = try ClassScheme(named: name == "CK+" ? "ckplus" : name)
        let dataset = try Dataset.load(data: list, labels: LabelOptions(classes: scheme))
        #expect(dataset.samples.map(\.emotion) == [emotion])
    }

    @Test func classesOneByOneAndNone() throws {
        let list = try folder.write(
            "path,label\na.png,0\nb.png,noface\nc.png,sad\n", to: "list.csv")
        let outcome = try Program.run(
            "data", "describe", "--data", list, "--classes", "0=happy,noface=none")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("2 images"))
        #expect(outcome.output.contains("1 rows are left out"))
        #expect(throws: DataError.self) { try ClassScheme(parsing: "0=gloomy") }
        #expect(throws: DataError.self) { try ClassScheme(parsing: "0=sad,0=happy") }
        #expect(throws: DataError.self) { try ClassScheme(named: "mine") }
    }

    @Test func unknownNamesAreToldAllAtOnceWithTheNearest() throws {
        let error = try refusal("path,label\na.png,neural\nb.png,noface\nc.png,happyy\n")
        #expect(error.found.contains("\"neural\" (1; neutral?)"))
        #expect(error.found.contains("\"noface\" (1)") && error.found.contains("happy?"))
        #expect(error.advice.description.contains("classes neural=neutral,noface=none"))
    }

    @Test func foldersNamedByNumbersAreCounted() throws {
        let numbered = try TemporaryFolder()
        for (name, count) in [("1", 3), ("2", 1), ("7", 2)] {
            for index in 0 ..< count {
                try numbered.writeImage(grey: UInt8(index), to: "\(name)/\(index).png")
            }
        }
        let error = try #require(
            #expect(throws: DataError.self) { try Dataset.load(data: numbered.path) })
        #expect(error.found.contains("\"1\" (3), \"2\" (1), \"7\" (2)"))
        #expect(error.advice.description.contains("with class-scheme"))
        let dataset = try Dataset.load(
            data: numbered.path, labels: LabelOptions(classes: ClassScheme(named: "rafdb")))
        #expect(
            dataset.samples.map(\.emotion).prefix(4) == [.surprise, .surprise, .surprise, .fear])
    }

    @Test func foldersNamedWrongAreToldAllAtOnce() throws {
        let named = try TemporaryFolder()
        for name in ["sad", "neural", "Ahegao"] {
            try named.writeImage(grey: 1, to: "\(name)/a.png")
        }
        let error = try #require(
            #expect(throws: DataError.self) { try Dataset.load(data: named.path) })
        #expect(error.found.contains("neural") && error.found.contains("Ahegao"))
    }

    @Test func aResumedRunKnowsTheScheme() throws {
        let options = LabelOptions(classes: try ClassScheme(named: "rafdb"))
        let data = try JSONEncoder().encode(options)
        #expect(try JSONDecoder().decode(LabelOptions.self, from: data) == options)
    }

    @Test func classesBelowPeopleAreFound() throws {
        let people = try TemporaryFolder()
        try people.writeImage(grey: 1, to: "P001/Anger/000.png")
        try people.writeImage(grey: 1, to: "P002/Anger/000.png")
        let error = try #require(
            #expect(throws: DataError.self) { try Dataset.load(data: people.path) })
        #expect(error.found.contains("below P001"))
    }
}
