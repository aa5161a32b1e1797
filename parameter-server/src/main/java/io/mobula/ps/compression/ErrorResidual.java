package io.mobula.ps.compression;

import java.util.Objects;

/**
 * What one encoder has not sent yet: the memory of error feedback. For each gradient, the encoder
 * has it added, and takes away what it sends.
 */
final class ErrorResidual {
  private final float[] pending;

  ErrorResidual(int length) {
    this.pending = new float[EncodingKind.requireLength(length)];
  }

  /**
   * Adds a gradient. Returns all that is to be sent, in the residual's own array: subtract from it
   * what is. All of it is finite, or one bad number would stay for ever.
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
