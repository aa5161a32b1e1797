package io.mobula;

/** Source code of the functions, classes and refs that the call forms use. */
final class SnippetPreamble {
  private SnippetPreamble() {}

  static final String SOURCE = """
      package user;

      import io.mobula.*;
      import io.mobula.info.*;
      import io.mobula.placement.*;
      import io.mobula.tensor.*;
      import java.io.IOException;
      import java.math.BigDecimal;
      import java.nio.file.*;
      import java.time.Duration;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.function.Function;
      import java.util.stream.*;

      class Given {
        MobulaRuntime runtime;
        ObjectRef<Integer> one;
        ObjectRef<Integer> two;
        ObjectRef<String> text;
        ObjectRef<List<String>> words;
        ObjectRef<int[]> ints;
        ActorHandle<Counter> counter;
        ActorHandle<Box<String>> box;
        List<ObjectRef<Integer>> refs;

        static int answer() { return 42; }
        static int square(int x) { return x * x; }
        static Integer boxed(Integer x) { return x; }
        static long twice(long x) { return 2 * x; }
        static boolean not(boolean x) { return !x; }
        static int add(int a, int b) { return a + b; }
        static String join(String a, int b, char c) { return a + b + c; }
        static int sum4(int a, int b, int c, int d) { return a + b + c + d; }
        static int sum5(int a, int b, int c, int d, int e) { return a + b + c + d + e; }
        static int sum6(int a, int b, int c, int d, int e, int f) { return a + b + c + d + e + f; }
        static int sum7(int a, int b, int c, int d, int e, int f, int g) { return a + b + c + d + e + f + g; }
        static int total(int... all) { return all.length; }
        static int sizeOf(Collection<?> all) { return all.size(); }
        static int sumOf(List<Integer> all) { return all.size(); }
        static int sumOfRefs(List<ObjectRef<Integer>> all) { return all.size(); }
        static int refAsItIs(ObjectRef<Integer> ref) { return 1; }
        static int hashOf(Object any) { return any.hashCode(); }
        static String read(Path file) throws IOException { return file.toString(); }
        static String show(int x) { return "int"; }
        static String show(String x) { return "text"; }
        static String show(int x, int y) { return "two"; }
        static <T> T same(T x) { return x; }
        static <T> List<T> pair(T a, T b) { return List.of(a, b); }
        static <T extends Comparable<T>> T larger(T a, T b) { return a.compareTo(b) > 0 ? a : b; }
        static <K, V> Map<K, V> entry(K key, V value) { return Map.of(key, value); }
        static List<Integer> range(int n) { return List.of(n); }
        static Stream<Integer> stream(int n) { return Stream.of(n); }
        static CompletableFuture<Integer> later(int n) { return CompletableFuture.completedFuture(n); }
        static Iterator<Integer> iterator(int n) { return List.of(n).iterator(); }
        static void beep() {}
        static void beepFor(String whom) {}
        static void print(String line) {}
        static void print(String line, int times) {}
        static void act3(int a, int b, int c) {}
        static void act4(int a, int b, int c, int d) {}
        static void act5(int a, int b, int c, int d, int e) {}
        static void act6(int a, int b, int c, int d, int e, int f) {}
      }

      abstract class Named {
        String label() { return "named"; }
        void rename(String name) {}
      }

      class Counter extends Named {
        int count;
        Counter() {}
        Counter(int start) { count = start; }
        Counter(String start) { count = Integer.parseInt(start); }
        Counter(int start, int step) { count = start + step; }
        int get() { return count; }
        int add(int n) { return count += n; }
        int add(int n, int times) { return count += n * times; }
        int add3(int a, int b, int c) { return count += a + b + c; }
        int add4(int a, int b, int c, int d) { return count; }
        int add5(int a, int b, int c, int d, int e) { return count; }
        int add6(int a, int b, int c, int d, int e, int f) { return count; }
        void reset() { count = 0; }
        void set(int n) { count = n; }
        void set(String n) { count = Integer.parseInt(n); }
        void set2(int a, int b) {}
        void set3(int a, int b, int c) {}
        void set4(int a, int b, int c, int d) {}
        void set5(int a, int b, int c, int d, int e) {}
        void set6(int a, int b, int c, int d, int e, int f) {}
        <T> T echo(T any) { return any; }
        int addAll(int... all) { return count += all.length; }
        CompletionStage<Integer> later() { return CompletableFuture.completedStage(count); }
        String load(Path file) throws IOException { return file.toString(); }
      }

      class Box<T> {
        T content;
        Box(T content) { this.content = content; }
        T open() { return content; }
        void replace(T other) { content = other; }
      }

      class Many {
        Many(int a, int b, int c, int d, int e, int f) {}
        Many(int a, int b, int c) {}
        Many(int a, int b, int c, int d) {}
        Many(int a, int b, int c, int d, int e) {}
      }

      record Point(int x, int y) {
        Point plus(Point other) { return new Point(x + other.x, y + other.y); }
      }
      """;
}
