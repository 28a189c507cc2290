import ArgumentParser
import Mien

/// What belongs together when rows are measured.
struct GroupingOptions: ParsableArguments {
    @Option(help: .subjectPattern)
    var subjectPattern: String?
    @Flag(inversion: .prefixedNo, help: .groupByName)
    var groupByName = true

    var grouping: Grouping { Grouping(byName: groupByName, subjectPattern: subjectPattern) }
}

extension ArgumentHelp {
    static let subjectPattern = ArgumentHelp(
        """
        A regular expression that reads subjects from file names, such as '^(S\\d+)_': its first \
        group, or the whole match.
        """, valueName: "regex")
    static let groupByName: ArgumentHelp = """
        Read subjects and sequences from names that show them, such as S010_004_00000017.png.
        """
}
