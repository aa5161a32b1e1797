package io.mobula.samples;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Pipeline of two stages joined by refs, with results taken as they complete and a bounded number
 * in flight, as for an input that never ends.
 */
public final class TaskPipeline {
  private static final int MAX_OUTSTANDING = 8;

  private TaskPipeline() {}

  /** Number of words of one text. */
  record WordCount(int number, int words) {}

  /** Counts words; the argument is the number of texts. */
  public static void main(String[] args) {
    int texts = args.length > 0 ? Integer.parseInt(args[0]) : 40;
    try (MobulaRuntime runtime = Mobula.init()) {
      var underWay = new ArrayList<ObjectRef<WordCount>>();
      long words = 0;
      for (int number = 0; number < texts || !underWay.isEmpty(); ) {
        if (number < texts && underWay.size() < MAX_OUTSTANDING) {
          ObjectRef<String> text = runtime.task(TaskPipeline::write, number).remote();
          underWay.add(runtime.task(TaskPipeline::count, number++, text).remote());
        } else {
          words += first(underWay).words();
        }
      }
      System.out.println(texts + " texts have " + words + " words");
    }
  }

  /** Removes the result that is ready first from the list, and returns it. */
  private static WordCount first(List<ObjectRef<WordCount>> underWay) {
    var ready = Mobula.wait(underWay, 1, Duration.ofMinutes(1)).ready().getFirst();
    underWay.remove(ready);
    var counted = ready.get();
    System.out.println("text " + counted.number() + " has " + counted.words() + " words");
    return counted;
  }

  /** Writes a text: the first stage. Some texts take much longer than others. */
  private static String write(int number) {
    var random = new Random(number);
    int words = 1000 + random.nextInt(200_000);
    var text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(Integer.toString(random.nextInt(), Character.MAX_RADIX)).append(' ');
    }
    return text.toString();
  }

  /** Counts the words of a text: the second stage. */
  private static WordCount count(int number, String text) {
    return new WordCount(number, text.strip().split(" ").length);
  }
}
