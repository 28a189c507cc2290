import Foundation

/// Mel-frequency cepstral coefficients: 40 bands of Slaney's scale from 0 to 8 kHz, decibels of
/// power, orthonormal discrete cosine transform. At 16 kHz they are those of librosa with n_fft 512,
/// hop 160 and no limit below the loudest.
struct MelCepstrum {
    static let bands = 40
    static let coefficients = 13

    private let weights: [[(bin: Int, weight: Double)]]
    private let cosines: [[Double]]

    init(sampleRate: Int, length: Int) {
        let top = min(8000, Double(sampleRate) / 2)
        let edges = (0 ..< Self.bands + 2).map { index in
            Self.hertz(Self.mel(top) * Double(index) / Double(Self.bands + 1))
        }
        weights = (0 ..< Self.bands).map { band in
            let (low, centre, high) = (edges[band], edges[band + 1], edges[band + 2])
            return (0 ... length / 2).compactMap { bin in
                let frequency = Double(bin * sampleRate) / Double(length)
                let weight = min(
                    (frequency - low) / (centre - low), (high - frequency) / (high - centre))
                return weight > 0 ? (bin, weight * 2 / (high - low)) : nil
            }
        }
        cosines = (0 ..< Self.coefficients).map { k in
            let scale = ((k == 0 ? 1 : 2) / Double(Self.bands)).squareRoot()
            return (0 ..< Self.bands).map { band in
                scale * cos(.pi * Double(k) * (Double(band) + 0.5) / Double(Self.bands))
            }
        }
    }

    /// - Parameter power: of a windowed frame, from 0 to at least half the sampling rate.
    func coefficients(ofPower power: [Double]) -> [Double] {
        let decibels = weights.map { band in
            10 * log10(max(1e-10, band.reduce(0) { $0 + $1.weight * power[$1.bin] }))
        }
        return cosines.map { row in zip(row, decibels).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    /// Linear to 1 kHz, logarithmic above (Slaney, Auditory Toolbox, 1998).
    private static func mel(_ hertz: Double) -> Double {
        hertz < 1000 ? hertz * 3 / 200 : 15 + log(hertz / 1000) / (log(6.4) / 27)
    }

    private static func hertz(_ mel: Double) -> Double {
        mel < 15 ? mel * 200 / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
    }
}
