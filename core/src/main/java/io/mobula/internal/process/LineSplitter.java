package io.mobula.internal.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Splitter of a stream into lines, which go to a consumer on the calling thread. A very long line
 * is cut, so that memory stays bounded.
 */
final class LineSplitter {
  /** Maximum number of characters in a line. */
  static final int MAX_LENGTH = 16_384;

  private final StringBuilder line = new StringBuilder();
  private final Consumer<String> consumer;

  private LineSplitter(Consumer<String> consumer) {
    this.consumer = consumer;
  }

  /** Reads to the end of the stream and passes on its lines. */
  static void read(InputStream from, Consumer<String> consumer) throws IOException {
    new LineSplitter(consumer).readAll(from);
  }

  private void readAll(InputStream from) throws IOException {
    try (var text = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
      for (int c = text.read(); c >= 0; c = text.read()) {
        if (c == '\n') {
          hand();
        } else {
          add((char) c);
        }
      }
    } finally {
      if (!line.isEmpty()) {
        hand();
      }
    }
  }

  private void add(char c) {
    if (line.length() == MAX_LENGTH) {
      hand();
    }
    line.append(c);
  }

  private void hand() {
    int length = line.length();
    if (length > 0 && line.charAt(length - 1) == '\r') {
      line.setLength(length - 1);
    }
    consumer.accept(line.toString());
    line.setLength(0);
  }
}
