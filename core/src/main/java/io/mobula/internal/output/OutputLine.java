package io.mobula.internal.output;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;

/**
 * One line that a task or actor has printed.
 *
 * @param error whether it was printed on standard error
 * @param label the name of the task or actor
 * @param text the line without its end
 * @param truncatedBytes how many bytes of the line are missing
 */
record OutputLine(boolean error, String label, String text, int truncatedBytes) {
  private static final int AROUND = 16;

  /** Returns roughly how many bytes the line takes in a frame. */
  int size() {
    return AROUND + label.length() + text.length();
  }

  void write(FrameWriter out) {
    out.flag(error).text(label).text(text).int32(truncatedBytes);
  }

  static OutputLine read(FrameReader in) {
    return new OutputLine(in.flag(), in.text(), in.text(), in.int32());
  }
}
