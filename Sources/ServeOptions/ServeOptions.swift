public import ArgumentParser

/// The options of `mien serve`, which the server program takes too.
public struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to listen. An address that other machines reach needs --tokens and --tls.",
            valueName: "host:port"))
    public var bind = "127.0.0.1:8080"

    @Option(
        help: ArgumentHelp(
            "auto for a local authority and a certificate of 90 days, or files in PEM.",
            valueName: "auto|certificate,key"))
    public var tls: String?

    @Option(
        help: ArgumentHelp(
            "Where devices fetch the certificate of --tls auto in plain HTTP. (default: nowhere)",
            valueName: "host:port"))
    public var authority: String?

    @Option(
        help: ArgumentHelp(
            "Access tokens, made by mien token add. (default: none, all may ask)",
            valueName: "file"))
    public var tokens: String?

    @Option(
        help: ArgumentHelp(
            "A further name that the service answers to; repeat for more.", valueName: "name"))
    public var host: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where the metrics are, on this machine alone. (default: nowhere)",
            valueName: "host:port"))
    public var metrics: String?

    @Option(
        help: ArgumentHelp(
            """
            A model file, the folder of a run, or released; with a name in front, NAME=FILE, repeat for \
            more. The first answers requests that name none. (default: released)
            """, valueName: "model"))
    public var model: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Requests of one client in a second; 0 for no limit. (default: 50 where other machines reach \
            the service, otherwise no limit)
            """, valueName: "requests"))
    public var rate: Double?

    public init() {}
}
