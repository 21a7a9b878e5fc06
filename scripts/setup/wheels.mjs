// @ts-check
/**
 * The wheels that carry TensorFlow's C library, pinned by version and SHA-256. A wheel is taken here as an archive
 * of libraries and headers; no Python ever imports it, so one built for Python 3.11 serves whatever Python is here.
 */

export const TENSORFLOW_VERSION = '2.21.0';

/**
 * @typedef {{
 *   name: string, version: string, tag: string, sha256: string, bytes: number,
 * }} Wheel `tag`: "python-abi-platform", as in the wheel's name; `bytes`: of the download
 * @typedef {'cpu' | 'gpu'} Kind
 */

/**
 * @param {string} name @param {string} version @param {string} tag @param {number} bytes @param {string} sha256
 * @returns {Wheel}
 */
const wheel = (name, version, tag, bytes, sha256) => ({ name, version, tag, bytes, sha256 });

const CP311 = 'cp311-cp311';
const ANY = 'py3-none';

/** @type {Readonly<Record<string, Wheel>>} */
const CPU = {
  'linux-x64': wheel(
    'tensorflow-cpu',
    TENSORFLOW_VERSION,
    `${CP311}-manylinux_2_27_x86_64`,
    273_829_956,
    '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  ),
  'linux-arm64': wheel(
    'tensorflow',
    TENSORFLOW_VERSION,
    `${CP311}-manylinux_2_27_aarch64`,
    281_828_020,
    '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
  ),
  'darwin-arm64': wheel(
    'tensorflow',
    TENSORFLOW_VERSION,
    `${CP311}-macosx_12_0_arm64`,
    223_405_849,
    '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
  ),
};

/**
 * TensorFlow for NVIDIA GPUs finds CUDA 12 and cuDNN 9 beside itself, where its run path says
 * (`$ORIGIN/../nvidia/NAME/lib`). The versions are those of its extra `and-cuda`.
 * @type {readonly Wheel[]}
 */
const GPU_LINUX_X64 = [
  wheel(
    'tensorflow',
    TENSORFLOW_VERSION,
    `${CP311}-manylinux_2_27_x86_64`,
    572_440_367,
    '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  ),
  wheel(
    'nvidia-cublas-cu12',
    '12.9.3.13',
    `${ANY}-manylinux_2_27_x86_64`,
    581_217_458,
    'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
  ),
  wheel(
    'nvidia-cuda-nvcc-cu12',
    '12.9.86',
    `${ANY}-manylinux2010_x86_64.manylinux_2_12_x86_64`,
    40_546_229,
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
  ),
  wheel(
    'nvidia-cuda-nvrtc-cu12',
    '12.9.86',
    `${ANY}-manylinux2010_x86_64.manylinux_2_12_x86_64`,
    89_568_129,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
  ),
  wheel(
    'nvidia-cuda-runtime-cu12',
    '12.9.79',
    `${ANY}-manylinux2014_x86_64.manylinux_2_17_x86_64`,
    3_493_179,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
  ),
  wheel(
    'nvidia-cudnn-cu12',
    '9.28.0.42',
    `${ANY}-manylinux_2_27_x86_64`,
    716_538_495,
    '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
  ),
  wheel(
    'nvidia-cufft-cu12',
    '11.4.1.4',
    `${ANY}-manylinux2014_x86_64.manylinux_2_17_x86_64`,
    200_877_592,
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
  ),
  wheel(
    'nvidia-curand-cu12',
    '10.3.10.19',
    `${ANY}-manylinux_2_27_x86_64`,
    68_295_626,
    '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
  ),
  wheel(
    'nvidia-cusolver-cu12',
    '11.7.5.82',
    `${ANY}-manylinux_2_27_x86_64`,
    338_117_415,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
  ),
  wheel(
    'nvidia-cusparse-cu12',
    '12.5.10.65',
    `${ANY}-manylinux2014_x86_64.manylinux_2_17_x86_64`,
    366_465_088,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
  ),
  wheel(
    'nvidia-nccl-cu12',
    '2.32.3',
    `${ANY}-manylinux_2_27_x86_64`,
    351_526_311,
    'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
  ),
  wheel(
    'nvidia-nvjitlink-cu12',
    '12.9.86',
    `${ANY}-manylinux2010_x86_64.manylinux_2_12_x86_64`,
    39_748_338,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  ),
  wheel(
    'nvidia-cuda-cupti-cu12',
    '12.9.79',
    `${ANY}-manylinux_2_25_x86_64`,
    10_814_997,
    '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
  ),
];

/**
 * The wheels of one kind of TensorFlow for a machine; empty when there are none.
 * @param {Kind} kind
 * @param {string} [machine] "platform-arch" as Node names them
 * @returns {readonly Wheel[]}
 */
export function wheelsFor(kind, machine = `${process.platform}-${process.arch}`) {
  if (kind === 'gpu') return machine === 'linux-x64' ? GPU_LINUX_X64 : [];
  const cpu = CPU[machine];
  return cpu ? [cpu] : [];
}

/**
 * The members of a wheel that are kept: shared libraries, what they load at run time, and the C API's headers.
 * Regular expressions in the dialect that Python and JavaScript share.
 */
export const KEPT_MEMBERS = [
  '^tensorflow/libtensorflow_(cc|framework)\\.(so\\.2|2\\.dylib)$',
  '^tensorflow/include/(tensorflow/(c|core/platform)|tsl|xla/tsl)/.*\\.(h|inc)$',
  '^nvidia/[^/]+/lib/.*\\.so[.0-9]*$',
  '^nvidia/cuda_nvcc/(bin|nvvm)/',
];
