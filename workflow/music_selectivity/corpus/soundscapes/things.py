"""Sounds of things: engines, tools, alarms, the household."""

import numpy as np

from music_selectivity.corpus.soundscapes import synthesis as dsp


def _engine(
    rng: np.random.Generator, turns: np.ndarray, cylinders: int, roughness: float
) -> np.ndarray:
    """Firing pulses of unequal cylinders at `turns` engine cycles per second."""
    n = len(turns)
    shape = np.zeros(dsp.TABLE)
    width = dsp.TABLE // cylinders
    for index in range(cylinders):
        pulse = np.exp(-np.arange(width) / (width * rng.uniform(0.06, 0.18)))
        ring = np.sin(2 * np.pi * np.arange(width) / (width * rng.uniform(0.12, 0.3)))
        place = slice(index * width, (index + 1) * width)
        shape[place] = rng.uniform(0.6, 1.0) * pulse * ring
    uneven = turns * (1 + 0.02 * dsp.wander(rng, n, 12))
    pulses = dsp.unit_rms(dsp.oscillate(shape, uneven, n))
    hiss = dsp.noise(rng, n, 400, 7000, -4) * (0.3 + np.abs(pulses))
    return pulses * (1 + 0.15 * dsp.wander(rng, n, 20)) + roughness * hiss


def idling(rng: np.random.Generator, seconds: float) -> np.ndarray:
    n = dsp.samples(seconds)
    turns = rng.uniform(5, 9) * (1 + 0.03 * dsp.wander(rng, n, 1.5))
    return _engine(rng, turns, int(rng.choice([2, 3, 4])), rng.uniform(0.2, 0.6))


def motorcycle(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Engine speeds that rise and drop."""
    n = dsp.samples(seconds)
    times, turns, now = [0.0], [rng.uniform(15, 30)], 0.0
    while now < seconds:
        now += rng.uniform(0.3, 1.0)
        times.append(now)
        turns.append(rng.uniform(40, 90))
        now += rng.uniform(0.15, 0.7)
        times.append(now)
        turns.append(rng.uniform(15, 45))
    track = dsp.curve(n, times, turns)
    return _engine(rng, track, 2, rng.uniform(0.1, 0.4)) * (track / 40)


def propeller(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Blade tones of an aircraft that passes: pitch falls slowly, level swells."""
    n = dsp.samples(seconds)
    shift, when = rng.uniform(0.03, 0.15), rng.uniform(0.2, 0.8) * seconds
    time = np.arange(n) / dsp.SAMPLE_RATE
    pitch = rng.uniform(60, 140) * (1 - shift * np.tanh((time - when) / 0.8))
    tables = [dsp.wavetable(dsp.harmonics(90, slope, 40)) for slope in (-3, -6)]
    beat = 1 + rng.uniform(0.002, 0.02)
    drone = dsp.oscillate(tables[0], pitch, n) + dsp.oscillate(
        tables[1], pitch * beat, n
    )
    near = 0.35 + 0.65 / (1 + ((time - when) / 1.2) ** 2)
    rush = dsp.noise(rng, n, 200, 5000, -5)
    return near * (dsp.unit_rms(drone) + rng.uniform(0.2, 0.5) * rush)


def drill(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Motor whine that sags under load, with grinding, in bursts."""
    n = dsp.samples(seconds)
    on, now, times, speed = rng.uniform(250, 700), 0.0, [], []
    while now < seconds:
        run, rest = rng.uniform(0.7, 1.8), rng.uniform(0.12, 0.4)
        marks = np.array([0, 0.12, 0.2 + 0.2 * run, run, run + rest])
        times += list(now + marks)
        speed += [0.2, 1.0, rng.uniform(0.75, 0.9), rng.uniform(0.75, 0.95), 0.15]
        now += run + rest + 0.01
    track = dsp.curve(n, times, speed)
    table = dsp.wavetable(dsp.harmonics(on, rng.uniform(-6, -2), 24) + 0.02)
    whine = dsp.oscillate(table, on * track * (1 + 0.008 * dsp.wander(rng, n, 40)), n)
    grind = dsp.noise(rng, n, 1200, 9000) * np.clip(1 - track, 0, 0.3) * 4
    grind *= 1 + 0.5 * dsp.wander(rng, n, 50)
    return track**2 * (dsp.unit_rms(whine) + rng.uniform(0.4, 1.0) * grind)


def hammer(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Blows on wood or metal, in series, each a little different."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    base, ring = rng.uniform(250, 1200), rng.choice([0.015, 0.03, 0.12])
    ratios = np.cumprod(np.r_[1, rng.uniform(1.25, 1.9, 6)])
    m = dsp.samples(0.4)
    for time in dsp.regular(rng, seconds, rng.uniform(1.8, 5), 0.12):
        gains = rng.uniform(0.3, 1.0, 7) / np.sqrt(ratios)
        blow = dsp.modes(m, base * ratios, ring / np.sqrt(ratios), gains)
        click = dsp.noise(rng, m, 1000) * dsp.decay(m, 0.003)
        dsp.add(sound, rng.uniform(0.6, 1.0) * (blow + 0.8 * click), time)
    return sound


def sawing(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Strokes in two directions and timbres; the teeth rasp fastest in mid-stroke."""
    n = dsp.samples(seconds)
    rate = rng.uniform(1.3, 2.8) * (1 + 0.05 * dsp.wander(rng, n, 1))
    stroke = np.cumsum(rate) / dsp.SAMPLE_RATE + rng.uniform()
    speed = np.abs(np.sin(2 * np.pi * stroke))
    forward = np.sin(2 * np.pi * stroke) > 0
    teeth = dsp.oscillate(dsp.SINE, rng.uniform(70, 180) * speed, n)
    low = rng.uniform(600, 1500)
    push = dsp.noise(rng, n, low, low * 5)
    pull = dsp.noise(rng, n, low * 1.7, low * 7) * rng.uniform(0.4, 0.8)
    return np.where(forward, push, pull) * speed**1.5 * (1 + 0.8 * teeth)


def siren(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Wail, yelp or two-tone horn of an emergency vehicle."""
    n = dsp.samples(seconds)
    low = rng.uniform(450, 750)
    high = low * rng.uniform(1.35, 2.2)
    kind = rng.integers(3)
    rate = [rng.uniform(0.3, 0.6), rng.uniform(2.5, 4.5), rng.uniform(0.7, 1.3)][kind]
    phase = (np.arange(n) / dsp.SAMPLE_RATE * rate + rng.uniform()) % 1
    if kind == 2:
        track = np.where(phase < 0.5, low, low * rng.uniform(1.2, 1.4))
    else:
        track = np.interp(phase, [0, 0.45, 1], [low, high, low])
    table = dsp.wavetable(dsp.harmonics(high, rng.uniform(-9, -4), 12))
    return dsp.oscillate(table, track, n) * np.exp(0.2 * dsp.wander(rng, n, 1.5))


def alarm_clock(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Groups of two to four beeps of one or two tones."""
    n = dsp.samples(seconds)
    tones = rng.uniform(800, 3500) * np.array([1, rng.choice([1.0, 1.25, 1.5])])
    beeps, rate = rng.integers(2, 5), rng.uniform(6, 12)
    m = dsp.samples(rng.uniform(0.5, 0.75) / rate)
    table = dsp.wavetable(np.array([1, 0, 0.4, 0, 0.2]) * rng.uniform(0.5, 1, 5))
    sound = np.zeros(n)
    group = beeps / rate + rng.uniform(0.1, 0.5)
    for start in np.arange(rng.uniform(-group, 0), seconds, group):
        for index in range(beeps):
            tone = dsp.oscillate(table, tones[index % 2], m)
            if start + index / rate >= 0:
                dsp.add(sound, dsp.fade(tone, 0.003, 0.006), start + index / rate)
    return sound


def car_horn(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Two simultaneous brassy tones, in honks of various lengths."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    low, ratio = rng.uniform(300, 480), rng.uniform(1.18, 1.35)
    table = dsp.wavetable(dsp.harmonics(low, rng.uniform(-4, -1), 20))
    now = rng.uniform(0, 0.2)
    while now < seconds:
        length = rng.choice([rng.uniform(0.12, 0.3), rng.uniform(0.5, 1.4)])
        m = dsp.samples(length)
        bend = 1 - 0.04 * dsp.decay(m, 0.03)
        honk = dsp.oscillate(table, low * bend, m)
        honk = honk + dsp.oscillate(table, low * ratio * bend, m)
        dsp.add(sound, dsp.fade(honk, 0.02, 0.04), now)
        now += length + rng.uniform(0.1, 0.45)
    return sound


def telephone(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Two small bells that a clapper strikes in turn, 20 to 30 times per second."""
    n = dsp.samples(seconds)
    strikes = [np.zeros(n), np.zeros(n)]
    ring, rest = rng.uniform(0.9, 1.8), rng.uniform(0.2, 0.6)
    now, gong = -rng.uniform(0, 1.0), 0
    rate = rng.uniform(20, 30)
    while now < seconds:
        for time in np.arange(now, now + ring, 1 / rate):
            if 0 <= time < seconds - 0.001:
                strikes[gong][dsp.samples(time) - 1] = rng.uniform(0.8, 1.0)
            gong = 1 - gong
        now += ring + rest
    base = rng.uniform(800, 1600)
    ratios = np.array([1, 2.1, 2.9, 4.3])
    m = dsp.samples(0.4)
    return sum(
        dsp.convolve(
            train,
            dsp.modes(
                m, base * tune * ratios, [0.15, 0.1, 0.06, 0.04], [1, 0.8, 0.6, 0.4]
            ),
        )
        for train, tune in zip(strikes, (1.0, rng.uniform(1.1, 1.3)), strict=True)
    )


def tick_tock(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Escapement of a clock in a wooden case: two regular, alternating clicks."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    rate, base = rng.choice([2.0, 4.0, 5.0]), rng.uniform(700, 2500)
    m = dsp.samples(0.12)
    clicks = []
    for tune in (1.0, rng.uniform(0.75, 0.95)):
        body = base * tune * np.array([1, 1.7, 2.6, 3.9, 0.23])
        click = dsp.modes(
            m, body, [0.008, 0.006, 0.005, 0.004, 0.03], [1, 1, 0.8, 0.8, 0.4]
        )
        clicks.append(click + 0.5 * dsp.noise(rng, m, 2000) * dsp.decay(m, 0.002))
    start = rng.uniform(0, 1 / rate)
    for index, time in enumerate(np.arange(start, seconds, 1 / rate)):
        dsp.add(sound, rng.uniform(0.9, 1.0) * clicks[index % 2], time)
        dsp.add(sound, 0.3 * clicks[index % 2], time + 0.02)
    return sound


def vacuum_cleaner(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Rush of air with the whine of motor and fan, modulated by movement."""
    n = dsp.samples(seconds)
    push = dsp.wander(rng, n, rng.uniform(1, 2))
    pitch = rng.uniform(180, 420) * (1 + 0.02 * push)
    table = dsp.wavetable(dsp.harmonics(pitch.max(), rng.uniform(-5, 0), 25))
    air = dsp.noise(rng, n, 200, 8000, rng.uniform(-4, 0))
    whine = dsp.unit_rms(dsp.oscillate(table, pitch, n))
    return np.exp(0.15 * push) * air + rng.uniform(0.4, 1.0) * whine


def shatter(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Breaking glass: a crash, then shards that ring and settle."""
    n = dsp.samples(seconds)
    sound = np.zeros(n)
    m = dsp.samples(0.25)
    now = rng.uniform(0, 0.1)
    while now < seconds:
        crash = dsp.noise(rng, m, 1500) * dsp.decay(m, 0.04)
        dsp.add(sound, 3 * crash, now)
        for _ in range(rng.integers(14, 30)):
            tones = rng.uniform(1800, 9000, 3)
            shard = dsp.modes(m, tones, rng.uniform(0.01, 0.07, 3), [1, 0.7, 0.5])
            after = rng.exponential(0.25)
            dsp.add(sound, rng.uniform(0.3, 1.2) * np.exp(-after) * shard, now + after)
        now += rng.uniform(0.6, 1.8)
    return sound


SOUNDS = {
    "Idling": idling,
    "Motorcycle": motorcycle,
    "Propeller, airscrew": propeller,
    "Drill": drill,
    "Hammer": hammer,
    "Sawing": sawing,
    "Siren": siren,
    "Alarm clock": alarm_clock,
    "Vehicle horn, car horn, honking": car_horn,
    "Telephone bell ringing": telephone,
    "Tick-tock": tick_tock,
    "Vacuum cleaner": vacuum_cleaner,
    "Shatter": shatter,
}
