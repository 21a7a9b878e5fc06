"""The other side of `brushfield bench loader`: the same training crops from Python.

usage: loader_bench.py write FOLDER COUNT WIDTH HEIGHT   writes colour pictures, masks and snapshot.json
       loader_bench.py python CONFIG                     OpenCV and Pillow in worker processes, as PyTorch's DataLoader
       loader_bench.py tf.data CONFIG                    tf.data

A server answers each line of stdin, {"skip", "steps", "stepMs"}, with what loader-bench-server.ts answers.
"""

import hashlib
import json
import math
import multiprocessing
import os
import sys
import time
from multiprocessing import shared_memory

import numpy

VOID = 255
PAD = 128 / 127.5 - 1


def write(folder, count, width, height):
    from PIL import Image

    random = numpy.random.default_rng(1)
    y, x = numpy.mgrid[:height, :width]
    images = []
    os.makedirs(os.path.join(folder, 'masks'), exist_ok=True)
    for n in range(1, count + 1):
        waves = numpy.sin(x / (20 + n) + n) + numpy.cos(y / (15 + n))
        noise = random.integers(0, 30, (height, width, 3))
        colours = (numpy.dstack([waves, -waves, waves[::-1]]) * 40 + 100 + noise).astype('uint8')
        labels = numpy.where(waves > 0, 2, 1).astype('uint8')
        path, mask = os.path.join(folder, f'image{n}.png'), f'masks/{n}.png'
        Image.fromarray(colours).save(path)
        Image.fromarray(labels).save(os.path.join(folder, mask))
        images.append({
            'id': n, 'name': f'image {n}', 'path': path, 'page': 0,
            'sha256': hashlib.sha256(open(path, 'rb').read()).hexdigest(),
            'width': width, 'height': height, 'channels': 3, 'type': 'uint8', 'pixelSizeUm': None,
            'split': 'train', 'mask': mask, 'pixelsByValue': numpy.bincount(labels.ravel(), minlength=3).tolist(),
        })
    classes = [{'value': 1, 'name': 'ground', 'color': '#0072b2'}, {'value': 2, 'name': 'wave', 'color': '#e69f00'}]
    with open(os.path.join(folder, 'snapshot.json'), 'w') as file:
        json.dump({'version': 1, 'classes': classes, 'images': images}, file)


def decoded(config):
    """Pictures as uint8 RGB, and class indices."""
    from PIL import Image

    for image in config['snapshot']['images']:
        labels = numpy.asarray(Image.open(os.path.join(config['snapshotFolder'], image['mask'])))
        yield numpy.array(Image.open(image['path'])), (labels - 1).astype('uint8')


def draw_scale(a, random):
    """Across and down, as augment.ts."""
    low, high = a['scaleMin'], a['scaleMax']
    scale = random.uniform(low, high) if a['scaleDraw'] == 'uniform' else math.exp(random.uniform(math.log(low), math.log(high)))
    j = a['aspectJitter']
    aspect = random.uniform(1 - j, 1 + j) / random.uniform(1 - j, 1 + j)
    return (scale * aspect, scale) if aspect < 1 else (scale, scale / aspect)


def affine(a, width, height, random):
    size = a['size']
    across, down = draw_scale(a, random)

    def center(length, half):
        return min(max(random.uniform(0, length), min(half, length / 2)), max(length - half, length / 2))

    cx, cy = center(width, size / 2 / across), center(height, size / 2 / down)
    quarter = random.integers(4) * math.pi / 2 if a['quarterTurns'] else 0
    cos, sin = math.cos(quarter), math.sin(quarter)
    mx = -1 if a['flipHorizontal'] and random.random() < 0.5 else 1
    my = -1 if a['flipVertical'] and random.random() < 0.5 else 1
    m = [cos * mx / across, -sin * my / across, sin * mx / down, cos * my / down]
    mid = (size - 1) / 2
    return [m[0], m[1], cx - 0.5 - (m[0] + m[1]) * mid, m[2], m[3], cy - 0.5 - (m[2] + m[3]) * mid]


def window(a, width, height, random):
    """Size of the resampled image and place of the crop in it."""
    across, down = draw_scale(a, random)
    full = max(1, round(width * across)), max(1, round(height * down))
    return full, [round(random.uniform(min(0, f - a['size']), max(0, f - a['size']))) for f in full]


def factor(limit, random):
    drawn = random.uniform(1, limit)
    return drawn if random.random() < 0.5 else 1 / drawn


def crop_with_opencv(image, labels, a, random):
    import cv2
    from PIL import Image

    size = a['size']
    height, width = labels.shape
    if a['interpolation'] == 'bilinear':
        matrix = numpy.array(affine(a, width, height, random)).reshape(2, 3)
        flags, border = cv2.WARP_INVERSE_MAP, cv2.BORDER_REFLECT_101
        x = cv2.warpAffine(image, matrix, (size, size), flags=flags | cv2.INTER_LINEAR, borderMode=border)
        y = cv2.warpAffine(labels, matrix, (size, size), flags=flags | cv2.INTER_NEAREST, borderMode=border)
        x = x.astype(numpy.float32) / 127.5 - 1
    else:
        full, place = window(a, width, height, random)
        x = numpy.full((size, size, 3), PAD, numpy.float32)
        y = numpy.full((size, size), VOID, numpy.uint8)
        (l, t), (r, b) = [max(0, p) for p in place], [min(f, p + size) for f, p in zip(full, place)]
        box = l * width / full[0], t * height / full[1], r * width / full[0], b * height / full[1]
        inside = slice(t - place[1], b - place[1]), slice(l - place[0], r - place[0])
        part = Image.fromarray(image).resize((r - l, b - t), Image.BICUBIC, box)
        x[inside] = numpy.asarray(part, numpy.float32) / 127.5 - 1
        y[inside] = numpy.asarray(Image.fromarray(labels).resize((r - l, b - t), Image.NEAREST, box))
        if a['flipHorizontal'] and random.random() < 0.5:
            x, y = x[:, ::-1], y[:, ::-1]
    if a['hue'] > 0:
        hsv = cv2.cvtColor((x + 1) / 2, cv2.COLOR_RGB2HSV)
        hsv[..., 0] = (hsv[..., 0] + 360 * random.uniform(-a['hue'], a['hue'])) % 360
        hsv[..., 1] = numpy.clip(hsv[..., 1] * factor(a['saturation'], random), 0, 1)
        hsv[..., 2] = numpy.clip(hsv[..., 2] * factor(a['value'], random), 0, 1)
        x = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB) * 2 - 1
    if a['channelJitter'] > 0:
        j = a['channelJitter']
        x = x * random.uniform(1 - j, 1 + j, 3).astype(numpy.float32) + random.uniform(-j, j, 3).astype(numpy.float32)
    return x, y


def work(config, pictures, tasks, results, memory, slot_bytes):
    import cv2

    cv2.setNumThreads(0)
    size, batch = config['augment']['size'], config['batch']
    while True:
        step, slot = tasks.get()
        x = numpy.ndarray((batch, size, size, 3), numpy.float32, memory.buf, slot * slot_bytes)
        y = numpy.ndarray((batch, size, size), numpy.int32, memory.buf, slot * slot_bytes + x.nbytes)
        for i in range(batch):
            number = step * batch + i
            crop = crop_with_opencv(*pictures[number % len(pictures)], config['augment'], numpy.random.default_rng((7, number)))
            x[i] = crop[0]
            y[i] = numpy.where(crop[1] == VOID, -1, crop[1].astype(numpy.int32))
        results.put((step, slot))


def python_batches(config):
    """Batches in order from processes that write into shared memory; two a process are made ahead, PyTorch's default."""
    context = multiprocessing.get_context('fork')
    pictures = list(decoded(config))
    workers, batch, size = config['workers'], config['batch'], config['augment']['size']
    slot_bytes = batch * size * size * 16
    slots = 2 * workers + 1
    memory = shared_memory.SharedMemory(create=True, size=slots * slot_bytes)
    results, queues = context.SimpleQueue(), []
    for _ in range(workers):
        queues.append(context.SimpleQueue())
        args = config, pictures, queues[-1], results, memory, slot_bytes
        context.Process(target=work, args=args, daemon=True).start()
    # It stays usable until all have let go of it, and nothing is left behind however this ends.
    memory.unlink()
    free, done, asked, step = list(range(slots)), {}, 0, 0
    while True:
        while free and asked < step + 2 * workers:
            queues[asked % workers].put((asked, free.pop()))
            asked += 1
        while step not in done:
            number, slot = results.get()
            done[number] = slot
        slot = done.pop(step)
        x = numpy.ndarray((batch, size, size, 3), numpy.float32, memory.buf, slot * slot_bytes)
        y = numpy.ndarray((batch, size, size), numpy.int32, memory.buf, slot * slot_bytes + x.nbytes)
        step += 1
        yield x, y
        free.append(slot)


def tf_dataset(config):
    import tensorflow as tf

    tf.random.set_seed(config['seed'])
    a = config['augment']
    size = a['size']
    images, labels = (numpy.stack(one) for one in zip(*decoded(config)))
    height, width = labels.shape[1:]
    uniform = lambda low, high, shape=(): tf.random.uniform(shape, low, high)
    chance = lambda: tf.random.uniform(()) < 0.5

    def scales():
        low, high = a['scaleMin'], a['scaleMax']
        s = uniform(low, high) if a['scaleDraw'] == 'uniform' else tf.exp(uniform(math.log(low), math.log(high)))
        j = a['aspectJitter']
        aspect = uniform(1 - j, 1 + j) / uniform(1 - j, 1 + j) if j else tf.constant(1.0)
        return s * tf.minimum(aspect, 1.0), s / tf.maximum(aspect, 1.0)

    def project(image, m, method, mode):
        transform = tf.stack([*m, 0.0, 0.0])[None]
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=image[None], transforms=transform, output_shape=[size, size],
            fill_value=float(VOID), interpolation=method, fill_mode=mode)[0]

    def crop(image, label):
        across, down = scales()
        label = label[..., None]
        if a['interpolation'] == 'bilinear':
            def center(length, half):
                low, high = tf.minimum(half, length / 2), tf.maximum(length - half, length / 2)
                return tf.clip_by_value(uniform(0, length), low, high)
            cx, cy = center(width, size / 2 / across), center(height, size / 2 / down)
            quarter = tf.cast(tf.random.uniform((), 0, 4, tf.int32), tf.float32) * (math.pi / 2)
            cos, sin = tf.cos(quarter), tf.sin(quarter)
            mx, my = tf.where(chance(), -1.0, 1.0), tf.where(chance(), -1.0, 1.0)
            p, q, r, s = cos * mx / across, -sin * my / across, sin * mx / down, cos * my / down
            mid = (size - 1) / 2
            m = [p, q, cx - 0.5 - (p + q) * mid, r, s, cy - 0.5 - (r + s) * mid]
            x = project(tf.cast(image, tf.float32) / 127.5 - 1, m, 'BILINEAR', 'REFLECT')
            y = project(label, m, 'NEAREST', 'REFLECT')
        else:
            full = [tf.maximum(1.0, tf.round(width * across)), tf.maximum(1.0, tf.round(height * down))]
            left, top = (tf.round(uniform(tf.minimum(0.0, f - size), tf.maximum(0.0, f - size))) for f in full)
            sx, sy = full[0] / width, full[1] / height
            x = tf.raw_ops.ScaleAndTranslate(
                images=image[None], size=[size, size], scale=tf.stack([sy, sx]),
                translation=tf.stack([-top, -left]), kernel_type='keyscubic', antialias=True)[0] / 127.5 - 1
            m = [1 / sx, 0.0, (left + 0.5) / sx - 0.5, 0.0, 1 / sy, (top + 0.5) / sy - 0.5]
            y = project(label, m, 'NEAREST', 'CONSTANT')
            x = tf.where(y == VOID, PAD, x)
            if a['flipHorizontal']:
                x, y = tf.cond(chance(), lambda: (x[:, ::-1], y[:, ::-1]), lambda: (x, y))
        if a['hue'] > 0:
            def jitter(limit):
                drawn = uniform(1, limit)
                return tf.where(chance(), drawn, 1 / drawn)
            hsv = tf.image.rgb_to_hsv(tf.clip_by_value((x + 1) / 2, 0, 1))
            h = tf.math.floormod(hsv[..., 0] + uniform(-a['hue'], a['hue']), 1.0)
            s = tf.minimum(hsv[..., 1] * jitter(a['saturation']), 1)
            v = tf.minimum(hsv[..., 2] * jitter(a['value']), 1)
            x = tf.image.hsv_to_rgb(tf.stack([h, s, v], -1)) * 2 - 1
        if a['channelJitter'] > 0:
            j = a['channelJitter']
            x = x * uniform(1 - j, 1 + j, (3,)) + uniform(-j, j, (3,))
        y = tf.cast(y[..., 0], tf.int32)
        return x, tf.where(y == VOID, -1, y)

    data = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images)).repeat()
    data = data.map(crop, num_parallel_calls=config['workers']).batch(config['batch'], drop_remainder=True)
    data = data.prefetch(3 * config['workers'])
    options = tf.data.Options()
    options.threading.private_threadpool_size = config['workers']
    options.threading.max_intra_op_parallelism = 1
    return data.with_options(options)


def tf_batches(config):
    return tf_dataset(config).as_numpy_iterator()


def serve(batches):
    for line in sys.stdin:
        asked = json.loads(line)
        for _ in range(asked['skip']):
            next(batches)
        waited, total, ground, void = 0, 0.0, 0.0, 0.0
        start = time.perf_counter()
        for _ in range(asked['steps']):
            if asked['stepMs']:
                time.sleep(asked['stepMs'] / 1000)
            before = time.perf_counter()
            x, y = next(batches)
            waited += time.perf_counter() - before > 0.001
            if asked['figures']:
                total += float(x.mean())
                ground += float((y == 0).mean())
                void += float((y == -1).mean())
        seconds = time.perf_counter() - start
        n = asked['steps']
        reply = {'seconds': seconds, 'waited': waited / n, 'mean': total / n, 'ground': ground / n, 'void': void / n}
        print(json.dumps(reply), flush=True)


if __name__ == '__main__':
    if sys.argv[1] == 'write':
        write(sys.argv[2], *map(int, sys.argv[3:]))
    else:
        with open(sys.argv[2]) as file:
            given = json.load(file)
        serve(python_batches(given) if sys.argv[1] == 'python' else tf_batches(given))
