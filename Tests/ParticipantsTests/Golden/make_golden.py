#!/usr/bin/env python3
"""Writes voice.json and sentiment.json beside itself.

    make_golden.py

Needs numpy, praat-parselmouth 0.4.7 (GPL-3), librosa (ISC) and vaderSentiment 3.3.2 (MIT). The sound
and the lexicon are made up here and in the tests; nothing of the packages' data is written.
"""
import json
import pathlib
import random

import librosa
import numpy as np
import parselmouth
from parselmouth.praat import call
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

HERE = pathlib.Path(__file__).resolve().parent
RATE = 16_000


def voice(seconds, wobble, noise):
    """Harmonics of 140 Hz, 20 Hz up and down; cycles differ by `wobble`; 16-bit samples."""
    count = int(seconds * RATE)
    samples = np.zeros(count)
    phase, state, stretch, height = 0.0, 1, 1.0, 1.0
    for index in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        pitch = (140 + 20 * np.sin(2 * np.pi * 1.5 * index / RATE)) * stretch
        phase += pitch / RATE
        if phase >= 1:
            phase -= 1
            stretch = 1 + wobble * (state / 2**31 - 0.5)
            height = 1 + 4 * wobble * (state / 2**31 - 0.5)
        value = sum(np.cos(2 * np.pi * k * phase) / k**1.5 for k in range(1, 9))
        samples[index] = 0.15 * height * value + noise * (state / 2**31 - 0.5)
    return np.round(samples * 32767) / 32768


def measured(samples):
    sound = parselmouth.Sound(samples, RATE)
    pitch = sound.to_pitch_ac(time_step=0.01, pitch_floor=75, pitch_ceiling=500)
    frequencies = pitch.selected_array["frequency"]
    semitones = 12 * np.log2(frequencies[frequencies > 0] / 27.5)
    points = call(pitch, "To PointProcess")
    marks = call([sound, pitch], "To PointProcess (peaks)", "yes", "no")
    harmonicity = sound.to_harmonicity_ac(time_step=0.01, minimum_pitch=75, periods_per_window=3.0)
    strengths = harmonicity.values[harmonicity.values > -100]
    del points
    # Frames of 10 ms whose windows of 512 are centred on 80, 240, ...; the last that Mien takes.
    frames = 0
    while frames * 160 + 640 + 512 <= len(samples):
        frames += 1
    padded = np.concatenate([np.zeros(256 - 80), samples])
    power = np.abs(
        librosa.stft(padded, n_fft=512, hop_length=160, window="hann", center=False)) ** 2
    mel = librosa.feature.melspectrogram(S=power, sr=RATE, n_mels=40, fmax=8000)
    mfcc = librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=None), n_mfcc=13)[:, :frames]
    return {
        "f0_mean": float(semitones.mean()), "f0_sd": float(semitones.std(ddof=1)),
        "jitter": call(marks, "Get jitter (local)", 0, 0, 0.0001, 0.02, 1.3),
        "shimmer": call([sound, marks], "Get shimmer (local)", 0, 0, 0.0001, 0.02, 1.3, 1.6),
        "hnr_mean": float(strengths.mean()),
        "mfcc_mean": [float(x) for x in mfcc.mean(axis=1)],
        "mfcc_sd": [float(x) for x in mfcc.std(axis=1, ddof=1)],
    }


LEXICON = {
    "good": 1.9, "great": 3.1, "happy": 2.7, "fun": 2.3, "nice": 1.8, "okay": 0.9, "bad": -2.5,
    "terrible": -2.1, "sad": -2.1, "hate": -2.7, "no": -1.2, "least": None, ":)": 2.0, "shit": -2.6,
    "bomb": -2.2, "kiss": 1.8, "death": -2.9, "doubt": -1.5, "die": -2.9, "like": 1.5, "well": 1.1,
    "kind": 2.4,
}
WORDS = [
    "i", "the", "was", "it", "really", "very", "kind", "of", "sort", "but", "not", "never", "so",
    "this", "without", "doubt", "least", "at", "don't", "isn't", "no", "or", "nor", "barely",
    "extremely", "kiss", "death", "to", "die", "for", "yeah", "right", "GOOD", "Bad", "VERY", "!",
    "??", "great!!", "happy.", "(sad)", ":)", "bomb", "shit", "just", "enough", "despite", "rarely",
    "BUT", "I", "uh-uh", "little", "less",
] + [word for word, value in LEXICON.items() if value is not None]


def sentiment():
    lines = [f"{word}\t{value}\t0.5\t[1]" for word, value in LEXICON.items() if value is not None]
    folder = HERE / "lexicon.tmp"
    folder.write_text("\n".join(lines) + "\n")
    emoji = HERE / "emoji.tmp"
    emoji.write_text("☺\tgood face\n")
    analyzer = SentimentIntensityAnalyzer(str(folder), str(emoji))
    random.seed(7)
    texts = [
        "i feel good", "i don't feel good", "i'm okay i guess",
        "i feel very good but it was terrible", "", "☺", "so ☺nice", "NO good", "AT LEAST good",
    ]
    texts += [" ".join(random.choices(WORDS, k=random.randint(1, 9))) for _ in range(400)]
    scores = [[text, analyzer.polarity_scores(text)["compound"]] for text in texts]
    folder.unlink()
    emoji.unlink()
    return {"lexicon": {k: v for k, v in LEXICON.items() if v is not None}, "scores": scores}


def main():
    voices = {
        "steady": {"seconds": 1.5, "wobble": 0.0, "noise": 0.0},
        "rough": {"seconds": 1.5, "wobble": 0.03, "noise": 0.02},
    }
    golden = {}
    for name, settings in voices.items():
        golden[name] = settings | measured(voice(**settings))
    (HERE / "voice.json").write_text(json.dumps(golden, indent=1) + "\n")
    (HERE / "sentiment.json").write_text(
        json.dumps(sentiment(), indent=None, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
