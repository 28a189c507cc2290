import Foundation

/// Means and standard deviations of the magnitudes of Gabor filters (Daugman 1985) on a grid of
/// 4 x 4 fields, 1,280 numbers: five wavelengths from 4 to 16 pixels, eight angles.
///
/// The face and eight mirrored pixels around it fill a plane of 64 x 64, which goes on beyond its
/// edges from the other side. Filters are OpenCV's `getGaborKernel` of 63 x 63, less their mean,
/// over the sum of their envelope. Wavelengths and grid are Mien's choice.
package struct GaborFilters: FeatureExtractor {
    private static let wavelengths = [4, 4 * 2.0.squareRoot(), 8, 8 * 2.0.squareRoot(), 16]
    private static let angles = 8
    /// Standard deviation of the envelope along the wave, in wavelengths.
    private static let spread = 0.56
    /// Of the standard deviations along and across the wave.
    private static let aspect = 0.5
    private static let fields = 4
    private static let border = (PlaneTransform.side - FaceGrid.side) / 2

    package var count: Int { Self.spectra.count * Self.fields * Self.fields * 2 }

    package init() {}

    package func extract(
        _ pixels: UnsafeBufferPointer<UInt8>, into features: UnsafeMutableBufferPointer<Float>
    ) {
        let face = Self.spectrum { row, column in
            let (y, x) = (Self.mirrored(row), Self.mirrored(column))
            return (Float(pixels[y * FaceGrid.side + x]), 0)
        }
        let area = PlaneTransform.area
        PlaneTransform.withPlane { transform, real, imaginary in
            for (number, filter) in Self.spectra.enumerated() {
                for row in 0 ..< PlaneTransform.side {
                    let source = row * PlaneTransform.side
                    let target = PlaneTransform.place[row] * PlaneTransform.side
                    for column in 0 ..< PlaneTransform.side {
                        let weight = filter[source + column]
                        real[target + column] = face[source + column] * weight
                        imaginary[target + column] = face[area + source + column] * weight
                    }
                }
                transform.transform(sign: 1)
                Self.summarize(
                    real, imaginary, into: features, from: number * Self.fields * Self.fields * 2)
            }
        }
    }

    /// Mean and standard deviation of the magnitude in each field, row by row. The spectrum that was
    /// transformed had its rows and columns exchanged, so that the plane is upright again.
    private static func summarize(
        _ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>,
        into features: UnsafeMutableBufferPointer<Float>, from start: Int
    ) {
        let side = FaceGrid.side / fields
        let pixels = Float(side * side)
        for field in 0 ..< fields * fields {
            let top = border + field / fields * side
            let left = border + field % fields * side
            var (sum, squares) = (Float(0), Float(0))
            for row in top ..< top + side {
                for index in row * PlaneTransform.side + left ..< row * PlaneTransform.side + left
                    + side
                {
                    let square =
                        real[index] * real[index] + imaginary[index] * imaginary[index]
                    squares += square
                    sum += square.squareRoot()
                }
            }
            let mean = sum / pixels
            features[start + 2 * field] = mean
            features[start + 2 * field + 1] = max(0, squares / pixels - mean * mean).squareRoot()
        }
    }

    /// The row or column of the face that one of the plane shows.
    private static func mirrored(_ position: Int) -> Int {
        let place = position - border
        let last = FaceGrid.side - 1
        return place < 0 ? -place : place > last ? 2 * last - place : place
    }

    /// The real parts of a plane's transform, then the imaginary ones, rows and columns exchanged.
    private static func spectrum(
        _ number: (_ row: Int, _ column: Int) -> (Float, Float)
    ) -> [Float] {
        PlaneTransform.withPlane { transform, real, imaginary in
            for row in 0 ..< PlaneTransform.side {
                let start = PlaneTransform.place[row] * PlaneTransform.side
                for column in 0 ..< PlaneTransform.side {
                    (real[start + column], imaginary[start + column]) = number(row, column)
                }
            }
            transform.transform(sign: -1)
            let area = PlaneTransform.area
            return Array(UnsafeBufferPointer(start: real, count: area))
                + UnsafeBufferPointer(start: imaginary, count: area)
        }
    }

    /// Of each filter, wavelength by wavelength and angle by angle: [64, 64], scaled so that the
    /// transform back needs no division. They are real, as the filters are Hermitian.
    private static let spectra: [[Float]] = wavelengths.flatMap { wavelength in
        (0 ..< angles).map { spectrum(wavelength, Double.pi * Double($0) / Double(angles)) }
    }

    private static func spectrum(_ wavelength: Double, _ angle: Double) -> [Float] {
        let sigma = spread * wavelength
        var envelopes = 0.0
        let filter = spectrum { row, column in
            let half = PlaneTransform.side / 2
            // Offsets from -31 to 31; at -32 there is nothing.
            let y = Double(row < half ? row : row - PlaneTransform.side)
            let x = Double(column < half ? column : column - PlaneTransform.side)
            guard row != half, column != half else { return (0, 0) }
            let along = x * cos(angle) + y * sin(angle)
            let across = y * cos(angle) - x * sin(angle)
            let squares = along * along + aspect * aspect * across * across
            let envelope = exp(-squares / (2 * sigma * sigma))
            envelopes += envelope
            let phase = 2 * Double.pi * along / wavelength
            return (Float(envelope * cos(phase)), Float(envelope * sin(phase)))
        }
        var real = filter.prefix(PlaneTransform.area).map {
            $0 / Float(envelopes * Double(PlaneTransform.area))
        }
        // Brightness alone gives no response.
        real[0] = 0
        return real
    }
}
