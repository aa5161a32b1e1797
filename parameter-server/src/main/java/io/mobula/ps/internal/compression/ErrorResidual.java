package io.mobula.ps.internal.compression;

import java.util.Objects;

/**
 * Residual of one encoder: the part of earlier gradients that was not sent yet, as error feedback
 * demands. The encoder adds each gradient and subtracts what it sends.
 */
final class ErrorResidual {
  private final float[] pending;

  ErrorResidual(int length) {
    this.pending = new float[EncodingKind.requireLength(length)];
  }

  /**
   * Adds a gradient and returns the sum, in the residual's own array; the encoder subtracts from it
   * what it sends. Numbers that are not finite are set to 0, as they would stay for ever.
   */
  float[] plus(float[] gradient, int from) {
    Objects.checkFromIndexSize(from, pending.length, gradient.length);
    for (int i = 0; i < pending.length; i++) {
      float sum = pending[i] + gradient[from + i];
      pending[i] = Math.abs(sum) <= Float.MAX_VALUE ? sum : 0;
    }
    return pending;
  }
}
