package io.mobula.gpu;

/** Who built a device, and so by which means a program reaches it. */
public enum Vendor {
  /** NVIDIA: CUDA. */
  NVIDIA,
  /** AMD: ROCm. */
  AMD,
  /** Nobody: a user said that there is one, and nothing was found behind the word. */
  DECLARED
}
