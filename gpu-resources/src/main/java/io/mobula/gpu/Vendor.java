package io.mobula.gpu;

/** Vendor of a device, which determines how programs use it. */
public enum Vendor {
  /** NVIDIA, used by means of CUDA. */
  NVIDIA,
  /** AMD, used by means of ROCm. */
  AMD,
  /** No vendor: the user declared a device that no driver has found. */
  DECLARED
}
