import Foundation
import Mien
import ProgramSupport
import Testing

/// Options for data sets of no known form: patterns, columns, and classes of other names.
struct LabelOptionsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["p1-HA-x.png", "p2-SA-x.png"] { try folder.writeImage(grey: 1, to: name) }
    }

    @Test func aPatternReadsTheClassOfImagesAndLists() throws {
        let options = LabelOptions(labelPattern: "^p\\d-([A-Z]+)-")
        #expect(
            try Dataset.load(data: folder.path, labels: options).samples.map(\.emotion)
                == [.happy, .sad])
        let list = try folder.write(
            "file,label\np1-HA-x.png,7\np2-SA-x.png,7\n", to: "elsewhere.csv")
        let dataset = try Dataset.load(data: list, labels: options)
        #expect(dataset.samples.map(\.emotion) == [.happy, .sad])
        let numbered = LabelOptions(
            classes: try ClassScheme(named: "rafdb"), labelPattern: "^p(\\d)")
        #expect(
            try Dataset.load(data: folder.path, labels: numbered).samples.map(\.emotion)
                == [.surprise, .fear])
        let data = try JSONEncoder().encode(numbered)
        #expect(try JSONDecoder().decode(LabelOptions.self, from: data) == numbered)
    }

    @Test(arguments: [("^p(\\d", "regular"), ("^q", "no name that fits"), ("^p\\d-", "\"p1-\"")])
    func aPatternThatIsNoneOrFitsNothingIsNamed(pattern: String, said: String) throws {
        let error = #expect(throws: DataError.self) {
            try Dataset.load(data: folder.path, labels: LabelOptions(labelPattern: pattern))
        }
        #expect(error?.description.contains(said) == true, "\(String(describing: error))")
    }

    @Test func imagesOfOtherNamesAreLeftOutAndCounted() throws {
        try folder.writeImage(grey: 1, to: "cover.png")
        let dataset = try Dataset.load(
            data: folder.path, labels: LabelOptions(labelPattern: "-([A-Z]+)-"))
        #expect(dataset.count == 2)
        #expect(
            dataset.notes.contains {
                $0.description.contains("1 of 3 images") && $0.description.contains("cover.png")
            })
    }

    @Test func columnsOfOtherNamesAreTaken() throws {
        let list = try folder.write(
            "bild,gefuehl,label,teil\np1-HA-x.png,happy,1,test\np2-SA-x.png,sad,2,train\n",
            to: "list.csv")
        let described = try Program.run(
            "data", "describe", "--data", list, "--path-column", "bild", "--label-column",
            "gefuehl",
            "--split-column", "teil", "--json")
        #expect(described.status == 0, "\(described.errors)")
        let dataset = try Dataset.load(
            data: list,
            labels: LabelOptions(
                columns: ColumnNames(path: "bild", label: "gefuehl", split: "teil")))
        #expect(dataset.samples.map(\.emotion) == [.happy, .sad])
        #expect(dataset.samples.map(\.split) == [.test, .train])
        #expect(dataset.samples[0].attributes == ["label": "1"])
        let error = #expect(throws: DataError.self) {
            try Dataset.load(
                data: list, labels: LabelOptions(columns: ColumnNames(path: "bild", label: "no")))
        }
        #expect(error?.expected == "a column no, which was asked for")
    }

    @Test func classesAreRenamedAndDropped() throws {
        for name in ["neural", "noface", "sad"] {
            try folder.writeImage(grey: 1, to: "faces/\(name)/a.png")
        }
        let described = try Program.run(
            "data", "describe", "--data", folder.path("faces"), "--class", "neural=neutral",
            "--drop", "noface")
        #expect(
            described.status == 0 && described.output.contains("2 images"), "\(described.errors)")
        let wrong = try Program.run(
            "data", "describe", "--data", folder.path("faces"), "--class", "neural")
        #expect(wrong.status == 2 && wrong.errors.contains("NAME=CLASS"))
    }

    @Test func aSchemeIsAddedTo() throws {
        let scheme = try ClassScheme(
            ClassScheme(named: "rafdb"), adding: ["8=contempt"], dropping: ["9"])
        let list = try folder.write(
            "path,label\np1-HA-x.png,8\np2-SA-x.png,9\np1-HA-x.png,8\n", to: "list.csv")
        let dataset = try Dataset.load(data: list, labels: LabelOptions(classes: scheme))
        #expect(dataset.samples.map(\.emotion) == [.contempt, .contempt])
        let data = try JSONEncoder().encode(scheme)
        #expect(try JSONDecoder().decode(ClassScheme?.self, from: data) == scheme)
        #expect(try ClassScheme(nil, adding: [], dropping: []) == nil)
    }
}
