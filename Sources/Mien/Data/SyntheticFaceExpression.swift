internal import Evaluation

/// What stays the same in all faces of a person. Lengths are in face units: the head is about 30
/// wide and 40 high around (0, 0), y points down.
struct FaceFeatures {
    let skin, hair, brow, iris, lips: Float
    let headWidth, headHeight, jawTaper: Float
    let browHeight, browThickness, browArch: Float
    let eyeSpacing, eyeSize, eyeTilt: Float
    let noseLength, noseWidth: Float
    let mouthHeight, mouthWidth, lipThickness: Float
    /// The face at rest can look a little cross, sad or amused.
    let restingCorners, restingBrows: Float
    let wrinkles: Float
    let hairline, hairCurve, parting: Float
    let isBald, hasLongHair, hasGlasses, hasBeard, hasMoustache: Bool

    init(using generator: inout SeededGenerator) {
        skin = generator.float(85, 205)
        isBald = generator.chance(0.06)
        hair = generator.chance(0.2) ? generator.float(110, 210) : generator.float(15, 80)
        brow = min(hair, skin * 0.62) * generator.float(0.7, 1)
        iris = generator.float(25, 110)
        lips = generator.float(0.62, 0.86)
        headWidth = 15 + generator.spread(1.6)
        headHeight = 20 + generator.spread(1.8)
        jawTaper = generator.float(0.02, 0.3)
        browHeight = -8 + generator.spread(1.1)
        browThickness = generator.float(1.1, 2.4)
        browArch = generator.float(0.2, 1.4)
        eyeSpacing = 6.6 + generator.spread(0.8)
        eyeSize = 1 + generator.spread(0.22)
        eyeTilt = generator.spread(0.7)
        noseLength = 5 + generator.spread(1.2)
        noseWidth = 1 + generator.spread(0.3)
        mouthHeight = 11 + generator.spread(1)
        mouthWidth = 5.2 + generator.spread(1)
        lipThickness = generator.float(0.6, 1.5)
        restingCorners = generator.spread(0.3)
        restingBrows = generator.spread(0.3)
        wrinkles = generator.chance(0.3) ? generator.float(0.3, 1) : generator.float(0, 0.15)
        hairline = -14 + generator.spread(3)
        hairCurve = generator.float(0, 0.06)
        parting = generator.spread(7)
        hasLongHair = generator.chance(0.4)
        hasGlasses = generator.chance(0.14)
        hasBeard = !hasLongHair && generator.chance(0.2)
        hasMoustache = hasBeard || (!hasLongHair && generator.chance(0.1))
    }
}

/// How far the muscles of the face are drawn, mostly 0 to 1, after the action units of the Facial
/// Action Coding System (Ekman and Friesen, 1978); the number of the unit is in brackets.
struct FaceMuscles {
    var innerBrowRaise: Float = 0  // 1
    var outerBrowRaise: Float = 0  // 2
    var browLower: Float = 0  // 4
    var lidRaise: Float = 0  // 5
    var cheekRaise: Float = 0  // 6
    var lidTighten: Float = 0  // 7
    var noseWrinkle: Float = 0  // 9
    var upperLipRaise: Float = 0  // 10
    var cornerPull: Float = 0  // 12
    var cornerDepress: Float = 0  // 15
    var chinRaise: Float = 0  // 17
    var lipStretch: Float = 0  // 20
    var lipPress: Float = 0  // 24
    var jawDrop: Float = 0  // 26
    var lidDroop: Float = 0  // 43
    /// Of the left half of the mouth against the right.
    var asymmetry: Float = 0

    /// - Parameters:
    ///   - expression: in the order of FER-2013, then contempt.
    ///   - intensity: 0 for a neutral face, 1 for the whole expression; it changes no draw.
    init(
        expression: Int, of person: FaceFeatures, intensity: Float = 1,
        using generator: inout SeededGenerator
    ) {
        let prototypes = Self.prototypes[expression]
        let prototype = prototypes[generator.index(below: prototypes.count)]
        // Some expressions are hardly there: the seven overlap, as they do in people.
        let strength =
            generator.chance(0.1)
            ? generator.float(0.15, 0.5) : generator.float(0.5, 1.05)
        for (muscle, amount) in prototype {
            self[keyPath: muscle] = amount * strength * generator.float(0.7, 1.25) * intensity
        }
        for muscle in Self.all {
            self[keyPath: muscle] += max(0, generator.spread(0.16))
        }
        // A mouth can be open to speak.
        if generator.chance(0.12) { jawDrop += generator.float(0.05, 0.3) }
        cornerPull += max(0, person.restingCorners)
        cornerDepress += max(0, -person.restingCorners)
        browLower += max(0, person.restingBrows)
        innerBrowRaise += max(0, -person.restingBrows)
        asymmetry = generator.spread(0.5) * (expression == 1 ? 2 : 1)
        if expression == Self.contempt { asymmetry += 1.2 * intensity }
    }

    /// The expression that FER-2013 does not have.
    static let contempt = 7

    private typealias Muscle = WritableKeyPath<FaceMuscles, Float> & Sendable

    private static let all: [any Muscle] = [
        \.innerBrowRaise, \.outerBrowRaise, \.browLower, \.lidRaise, \.cheekRaise, \.lidTighten,
        \.noseWrinkle, \.upperLipRaise, \.cornerPull, \.cornerDepress, \.chinRaise, \.lipStretch,
        \.lipPress, \.lidDroop,
    ]

    /// For each expression in the order of FER-2013 the ways in which it shows.
    private static let prototypes: [[[(any Muscle, Float)]]] = [
        [  // angry: glaring with pressed lips, or shouting
            [
                (\.browLower, 1.1), (\.lidRaise, 0.35), (\.lidTighten, 0.5), (\.lipPress, 1),
                (\.chinRaise, 0.5), (\.cornerDepress, 0.35),
            ],
            [
                (\.browLower, 1.1), (\.lidRaise, 0.4), (\.noseWrinkle, 0.5),
                (\.upperLipRaise, 0.6), (\.lipStretch, 0.3), (\.jawDrop, 0.55),
            ],
        ],
        [  // disgust
            [
                (\.noseWrinkle, 1.1), (\.upperLipRaise, 1), (\.browLower, 0.5),
                (\.lidTighten, 0.9), (\.cheekRaise, 0.4), (\.cornerDepress, 0.6),
                (\.chinRaise, 0.4),
            ]
        ],
        [  // fear: lips drawn wide, open or nearly closed
            [
                (\.innerBrowRaise, 1), (\.outerBrowRaise, 0.45), (\.browLower, 0.3),
                (\.lidRaise, 1), (\.lipStretch, 0.9), (\.jawDrop, 0.45), (\.cornerDepress, 0.2),
            ],
            [
                (\.innerBrowRaise, 1), (\.outerBrowRaise, 0.5), (\.browLower, 0.3),
                (\.lidRaise, 1.1), (\.lipStretch, 1.1), (\.jawDrop, 0.15), (\.cornerDepress, 0.4),
            ],
        ],
        [  // happy: lips closed, teeth showing, laughing
            [(\.cornerPull, 1), (\.cheekRaise, 0.6)],
            [(\.cornerPull, 1.1), (\.cheekRaise, 0.8), (\.jawDrop, 0.22)],
            [(\.cornerPull, 1.15), (\.cheekRaise, 1), (\.jawDrop, 0.55)],
        ],
        [  // sad: brows drawn up inside, or mostly the lids and the corners of the mouth
            [
                (\.innerBrowRaise, 1), (\.browLower, 0.35), (\.cornerDepress, 1),
                (\.chinRaise, 0.6), (\.lidDroop, 0.3),
            ],
            [(\.innerBrowRaise, 0.6), (\.cornerDepress, 0.8), (\.lidDroop, 0.65)],
        ],
        [  // surprise: mouth wide open or just open
            [(\.innerBrowRaise, 1), (\.outerBrowRaise, 1), (\.lidRaise, 0.9), (\.jawDrop, 1)],
            [(\.innerBrowRaise, 1), (\.outerBrowRaise, 1), (\.lidRaise, 0.8), (\.jawDrop, 0.55)],
        ],
        [[]],  // neutral
        [[(\.cornerPull, 0.7), (\.lidTighten, 0.4), (\.chinRaise, 0.4)]],  // contempt
    ]
}

/// How the picture of the face was taken.
struct FaceShot {
    /// Turns of the head, as the shift of its nearest point in face units.
    let yaw, pitch: Float
    let rollCosine, rollSine: Float
    /// Pixels per face unit.
    let scale: Float
    let centreX, centreY: Float
    let lightX, lightY, ambient: Float
    let background, backgroundSlopeX, backgroundSlopeY, clothes: Float
    let gazeX, gazeY: Float
    let blur, contrast, brightness, noise: Float

    init(using generator: inout SeededGenerator) {
        yaw = generator.spread(4)
        pitch = generator.spread(2.2)
        // Half the angle as a tangent gives sine and cosine without calling either.
        let half = generator.spread(0.13)
        rollCosine = (1 - half * half) / (1 + half * half)
        rollSine = 2 * half / (1 + half * half)
        scale = generator.float(1.1, 1.35)
        centreX = 24 + generator.spread(1.8)
        centreY = 23.5 + generator.spread(1.8)
        lightX = generator.spread(0.9)
        lightY = -0.25 + generator.spread(0.5)
        ambient = generator.float(0.45, 0.8)
        background = generator.float(10, 245)
        backgroundSlopeX = generator.spread(1.5)
        backgroundSlopeY = generator.spread(1.5)
        clothes = generator.float(20, 230)
        gazeX = generator.spread(0.9)
        gazeY = generator.spread(0.4)
        blur = generator.chance(0.35) ? generator.float(0.3, 0.8) : 0
        contrast = generator.float(0.7, 1.3)
        brightness = generator.spread(35)
        noise = generator.float(0.5, 6)
    }
}
