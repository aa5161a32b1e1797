package io.mobula;

import java.util.List;

/**
 * Call forms that compile without a warning. {@link SnippetPreamble} has the code that they use;
 * {@link CallFormsTest} checks them with the compiler and against {@code docs/call-forms.md}.
 */
final class AcceptedCallForms {
  private AcceptedCallForms() {}

  /** Group of related forms. */
  record FormGroup(String title, List<String> forms) {
    static FormGroup of(String title, String lines) {
      return new FormGroup(title, lines.lines().toList());
    }
  }

  /** Forms that compile, since the compiler infers wider types, and whose {@code remote} throws. */
  static final List<FormGroup> FAILING = List.of(FormGroup.of(
      "A function value and an argument of another type: `InvalidRequestException`", """
          Fn1<Integer, Integer> f = Given::square; var r = Mobula.task(f, "two").remote();"""));

  static final List<FormGroup> ALL = List.of(
      FormGroup.of("Tasks: 0 to 6 arguments, each a value or a ref", """
          ObjectRef<Integer> r = Mobula.task(Given::answer).remote();
          ObjectRef<Integer> r = Mobula.task(Given::square, 2).remote();
          ObjectRef<Integer> r = Mobula.task(Given::square, one).remote();
          ObjectRef<Integer> r = Mobula.task(Given::add, 1, 2).remote();
          ObjectRef<Integer> r = Mobula.task(Given::add, one, 2).remote();
          ObjectRef<Integer> r = Mobula.task(Given::add, 1, two).remote();
          ObjectRef<Integer> r = Mobula.task(Given::add, one, two).remote();
          ObjectRef<String> r = Mobula.task(Given::join, "a", 1, 'c').remote();
          ObjectRef<String> r = Mobula.task(Given::join, text, one, 'c').remote();
          ObjectRef<Integer> r = Mobula.task(Given::sum4, 1, 2, 3, 4).remote();
          ObjectRef<Integer> r = Mobula.task(Given::sum4, one, 2, two, 4).remote();
          ObjectRef<Integer> r = Mobula.task(Given::sum5, 1, 2, 3, 4, one).remote();
          ObjectRef<Integer> r = Mobula.task(Given::sum5, one, two, one, two, one).remote();
          ObjectRef<Integer> r = Mobula.task(Given::sum6, 1, 2, 3, 4, 5, 6).remote();
          ObjectRef<Integer> r = Mobula.task(Given::sum6, one, 2, one, 4, one, 6).remote();
          ObjectRef<Integer> r = Mobula.task(Given::sum6, one, two, one, two, one, two).remote();
          int x = Mobula.task(Given::square, 2).remote().get();"""),
      FormGroup.of("Overloaded functions, constructors and instance methods", """
          ObjectRef<Integer> r = Mobula.task(Math::max, 1, 2).remote();
          ObjectRef<Integer> r = Mobula.task(Math::max, one, 2).remote();
          ObjectRef<Integer> r = Mobula.task(Math::max, one, two).remote();
          ObjectRef<Double> r = Mobula.task(Math::max, 1.0, 2.0).remote();
          ObjectRef<Integer> r = Mobula.task(Math::abs, 2).remote();
          ObjectRef<String> r = Mobula.task(Given::show, 2).remote();
          ObjectRef<String> r = Mobula.task(Given::show, text).remote();
          ObjectRef<String> r = Mobula.task(Given::show, one, 3).remote();
          ObjectRef<String> r = Mobula.task(String::valueOf, one).remote();
          ObjectRef<Integer> r = Mobula.task(Integer::parseInt, "2").remote();
          ObjectRef<Integer> r = Mobula.task(Integer::valueOf, text).remote();
          ObjectRef<BigDecimal> r = Mobula.task(BigDecimal::new, "1.5").remote();
          ObjectRef<BigDecimal> r = Mobula.task(BigDecimal::add, BigDecimal.ONE, BigDecimal.TEN).remote();
          ObjectRef<Point> r = Mobula.task(Point::new, 1, one).remote();
          ObjectRef<Point> r = Mobula.task(Point::plus, new Point(1, 2), new Point(3, 4)).remote();
          ObjectRef<Integer> r = Mobula.task(String::length, text).remote();
          ObjectRef<String> r = Mobula.task(String::concat, text, "!").remote();
          ObjectRef<String> r = Mobula.task(String::substring, text, 1, 2).remote();"""),
      FormGroup.of("Lambdas", """
          ObjectRef<Integer> r = Mobula.task(() -> 42).remote();
          ObjectRef<String> r = Mobula.task(() -> { return "a"; }).remote();
          ObjectRef<Integer> r = Mobula.task(x -> x + 1, 2).remote();
          ObjectRef<Integer> r = Mobula.task(x -> x + 1, one).remote();
          ObjectRef<Integer> r = Mobula.task((x, y) -> x + y, 1, 2).remote();
          ObjectRef<Integer> r = Mobula.task((x, y) -> x + y, one, 2).remote();
          ObjectRef<Integer> r = Mobula.task((a, b) -> a.length() + b, text, one).remote();
          ObjectRef<Integer> r = Mobula.task((a, b, c, d, e, f) -> a + b + c + d + e + f, 1, one, 3, two, 5, 6).remote();
          ObjectRef<Integer> r = Mobula.task((Integer x) -> x + 1, 2).remote();
          ObjectRef<Integer> r = Mobula.task((Integer x, Integer y) -> x + y, one, 2).remote();
          ObjectRef<Integer> r = Mobula.task(x -> { int y = x * 2; return y + 1; }, 2).remote();
          int k = 3; ObjectRef<Integer> r = Mobula.task(x -> x * k, one).remote();
          ObjectRef<String> r = Mobula.task(x -> Files.readString(x), Path.of("a")).remote();"""),
      FormGroup.of("Generic functions", """
          ObjectRef<String> r = Mobula.task(Given::same, "a").remote();
          ObjectRef<String> r = Mobula.task(Given::same, text).remote();
          ObjectRef<String> r = Mobula.task(Given::<String>same, "a").remote();
          ObjectRef<List<Integer>> r = Mobula.task(Given::pair, 1, 2).remote();
          ObjectRef<List<Integer>> r = Mobula.task(Given::pair, one, 2).remote();
          ObjectRef<Integer> r = Mobula.task(Given::larger, one, two).remote();
          ObjectRef<Map<String, Integer>> r = Mobula.task(Given::entry, "k", 1).remote();
          ObjectRef<Map<String, Integer>> r = Mobula.task(Given::entry, text, one).remote();"""),
      FormGroup.of("Primitives, varargs, collections, arrays, exceptions, null", """
          ObjectRef<Integer> r = Mobula.task(Given::boxed, 2).remote();
          ObjectRef<Integer> r = Mobula.task(Given::boxed, one).remote();
          ObjectRef<Long> r = Mobula.task(Given::twice, 2L).remote();
          ObjectRef<Boolean> r = Mobula.task(Given::not, true).remote();
          ObjectRef<Integer> r = Mobula.task(Given::total, 1, 2, 3).remote();
          ObjectRef<Integer> r = Mobula.task(Given::total, new int[] {1, 2}).remote();
          ObjectRef<Integer> r = Mobula.task(Given::total, ints).remote();
          ObjectRef<String> r = Mobula.task(String::format, "%s", 2).remote();
          ObjectRef<Integer> r = Mobula.task(Given::sizeOf, List.of("a")).remote();
          ObjectRef<Integer> r = Mobula.task(Given::sizeOf, words).remote();
          ObjectRef<Integer> r = Mobula.task(Given::sumOf, List.of(1, 2)).remote();
          ObjectRef<List<Integer>> r = Mobula.task(Given::range, 3).remote();
          ObjectRef<String> r = Mobula.task(Given::read, Path.of("a")).remote();
          ObjectRef<Integer> r = Mobula.task(Given::boxed, (Integer) null).remote();
          ObjectRef<Integer> r = Mobula.task(Given::boxed, (ObjectRef<Integer>) null).remote();
          ObjectRef<Integer> r = Mobula.task(Given::boxed, null).remote();"""),
      FormGroup.of(
          "Refs that stay refs: inside other values, or where the parameter is an ObjectRef", """
          ObjectRef<Integer> r = Mobula.task(Given::sumOfRefs, refs).remote();
          ObjectRef<Integer> r = Mobula.task(Given::sumOfRefs, List.of(one, two)).remote();
          ObjectRef<Integer> r = Mobula.task(Given::refAsItIs, one).remote();
          ObjectRef<Integer> r = Mobula.task((ObjectRef<Integer> x) -> x.get(), one).remote();
          ObjectRef<Integer> r = Mobula.task(Given::hashOf, one).remote(); // an Object parameter: the value is passed
          Task1<Object, Integer> t = Mobula.task(Given::hashOf); t.remote((Object) one); // here: the ref itself"""),
      FormGroup.of("Function values", """
          Fn1<Integer, Integer> f = Given::square; ObjectRef<Integer> r = Mobula.task(f, 2).remote();
          Fn1<Integer, Integer> f = Given::square; ObjectRef<Integer> r = Mobula.task(f, one).remote();
          Function<Integer, Integer> f = Given::square; ObjectRef<Integer> r = Mobula.task(f::apply, 2).remote();
          Callable<Integer> f = Given::answer; ObjectRef<Integer> r = Mobula.task(f::call).remote();
          Runnable f = Given::beep; Mobula.action(f::run).remote();"""),
      FormGroup.of("Tasks to keep and start often", """
          Task0<Integer> t = Mobula.task(Given::answer); t.remote();
          Task1<Integer, Integer> t = Mobula.task(Given::square); t.remote(2); t.remote(one);
          var t = Mobula.task(Given::add); ObjectRef<Integer> r = t.remote(one, 2);
          Task2<Integer, Integer, Integer> t = Mobula.task(Math::max); t.remote(one, two);
          Task1<Integer, Integer> t = Mobula.task(x -> x + 1); t.remote(2);
          var t = Mobula.task((Integer x) -> x + 1); t.remote(one);
          Task1<String, String> t = Mobula.task(Given::same); t.remote(text);
          Task1<Object, Integer> t = Mobula.task(Given::hashOf); t.remote(one);
          Task6<Integer, Integer, Integer, Integer, Integer, Integer, Integer> t = Mobula.task(Given::sum6);
          var t = Mobula.task(Given::sum6); t.remote(1, one, 3, two, 5, 6);
          Task1<Integer, Integer> t = Mobula.task(Given::square).cpus(0.5).timeout(Duration.ofSeconds(1));
          var t = Mobula.task(Given::read).retryOn(IOException.class, TimeoutException.class).maxRetries(5);
          Task1<String, Void> t = Mobula.action(Given::beepFor); t.remote("a"); t.remote(text);"""),
      FormGroup.of("Actions: functions without a result", """
          Mobula.action(Given::beep).remote();
          Mobula.action(Given::beep).remote().get();
          ObjectRef<Void> r = Mobula.action(Given::beep).remote();
          Mobula.action(Given::print, "a").remote();
          Mobula.action(Given::print, text).remote();
          Mobula.action(Given::print, text, one).remote();
          Mobula.action(Given::act3, 1, one, 3).remote();
          Mobula.action(Given::act4, 1, one, 3, two).remote();
          Mobula.action(Given::act5, 1, one, 3, two, 5).remote();
          Mobula.action(Given::act6, 1, one, 3, two, 5, 6).remote();
          Mobula.action(() -> System.out.println("a")).remote();
          Mobula.action(x -> System.out.println(x), one).remote();
          Mobula.action(Given::square, 2).remote(); // a result may be ignored"""),
      FormGroup.of("Actors", """
          ActorHandle<Counter> a = Mobula.actor(Counter::new).remote();
          ActorHandle<Counter> a = Mobula.actor(Counter::new, 0).remote();
          ActorHandle<Counter> a = Mobula.actor(Counter::new, "0").remote();
          ActorHandle<Counter> a = Mobula.actor(Counter::new, one).remote();
          ActorHandle<Counter> a = Mobula.actor(Counter::new, text).remote();
          ActorHandle<Counter> a = Mobula.actor(Counter::new, 0, two).remote();
          ActorHandle<Many> a = Mobula.actor(Many::new, 1, 2, one).remote();
          ActorHandle<Many> a = Mobula.actor(Many::new, 1, 2, one, 4).remote();
          ActorHandle<Many> a = Mobula.actor(Many::new, 1, 2, one, 4, 5).remote();
          ActorHandle<Many> a = Mobula.actor(Many::new, one, 2, one, 4, two, 6).remote();
          ActorHandle<Counter> a = Mobula.actor(() -> new Counter(3)).remote();
          ActorHandle<Counter> a = Mobula.actor(n -> new Counter(n + 1), one).remote();
          ActorHandle<Counter> a = Mobula.actor(Counter::new, 0).name("hits").gpus(0.5).remote();
          ActorHandle<Counter> a = Mobula.actorNamed("hits", Counter.class);
          ActorHandle<Box<String>> a = Mobula.actor(Box<String>::new, "a").remote();
          ActorHandle<Box<String>> a = Mobula.actor(Box::new, text).remote();
          ActorHandle<ArrayList<String>> a = Mobula.actor(ArrayList<String>::new).remote();
          ActorHandle<List<String>> a = Mobula.<List<String>>actor(ArrayList::new).remote();"""),
      FormGroup.of("Calls of an actor's methods", """
          ObjectRef<Integer> r = counter.call(Counter::get).remote();
          ObjectRef<Integer> r = counter.call(Counter::add, 5).remote();
          ObjectRef<Integer> r = counter.call(Counter::add, one).remote();
          ObjectRef<Integer> r = counter.call(Counter::add, one, 2).remote();
          ObjectRef<Integer> r = counter.call(Counter::add, one, two).remote();
          ObjectRef<Integer> r = counter.call(Counter::add3, 1, one, 3).remote();
          ObjectRef<Integer> r = counter.call(Counter::add4, 1, one, 3, two).remote();
          ObjectRef<Integer> r = counter.call(Counter::add5, 1, one, 3, two, 5).remote();
          ObjectRef<Integer> r = counter.call(Counter::add6, 1, one, 3, two, 5, 6).remote();
          ObjectRef<Integer> r = counter.call(Counter::addAll, 1, 2).remote();
          ObjectRef<Integer> r = counter.call(c -> c.get()).remote();
          ObjectRef<Integer> r = counter.call(c -> c.count).remote();
          ObjectRef<Integer> r = counter.call((c, n) -> c.add(n) + 1, one).remote();
          ObjectRef<Integer> r = counter.call(c -> { c.reset(); return c.get(); }).remote();
          ObjectRef<String> r = counter.call(Counter::label).remote(); // inherited
          ObjectRef<String> r = counter.call(Named::label).remote();
          ObjectRef<String> r = counter.call(Object::toString).remote();
          ObjectRef<String> r = counter.call(Counter::echo, text).remote();
          ObjectRef<String> r = counter.call(Counter::load, Path.of("a")).remote();
          ObjectRef<String> r = box.call(Box::open).remote();
          Fn2<Counter, Integer, Integer> m = Counter::add; ObjectRef<Integer> r = counter.call(m, 5).remote();
          Fn1<Object, String> m = Object::toString; ObjectRef<String> r = counter.call(m).remote();
          ObjectRef<Integer> r = Mobula.task(c -> c.call(Counter::get).remote().get(), counter).remote();"""),
      FormGroup.of("Void methods of an actor", """
          counter.tell(Counter::reset).remote();
          counter.tell(Counter::set, 5).remote();
          counter.tell(Counter::set, "5").remote();
          counter.tell(Counter::set, one).remote();
          counter.tell(Counter::set, text).remote();
          counter.tell(Counter::set2, 1, one).remote();
          counter.tell(Counter::set3, 1, one, 3).remote();
          counter.tell(Counter::set4, 1, one, 3, two).remote();
          counter.tell(Counter::set5, 1, one, 3, two, 5).remote();
          counter.tell(Counter::set6, 1, one, 3, two, 5, 6).remote();
          counter.tell(Named::rename, "b").remote();
          counter.tell(c -> c.count = 7).remote();
          counter.tell((c, n) -> c.set(n), one).remote();
          counter.tell(Counter::add, 5).remote(); // a result may be ignored
          box.tell(Box::replace, text).remote();"""),
      FormGroup.of("Several results, many refs, and the same on a runtime", """
          List<ObjectRef<Integer>> r = Mobula.task(Given::range, 3).remote(ResultForm.many(3));
          List<ObjectRef<Integer>> r = Mobula.task(Given::range).bind(3).remote(ResultForm.many(3));
          ObjectRefStream<Integer> r = Mobula.task(Given::stream, 3).remote(ResultForm.stream());
          ObjectRefStream<Integer> r = Mobula.task(Given::iterator, one).maxUnread(8).remote(ResultForm.iterator());
          ObjectRefStream<Number> r = Mobula.task(Given::stream, 3).remote(ResultForm.stream());
          ObjectRefStream<Integer> r = Mobula.task(() -> Stream.of(1, 2)).remote(ResultForm.stream());
          for (ObjectRef<Integer> each : Mobula.task(Given::range, 3).remote(ResultForm.many(3))) each.close();
          ObjectRef<Integer> r = Mobula.task(Given::later, 1).remote(ResultForm.async());
          int x = Mobula.task(Given::later, one).remote(ResultForm.async()).get();
          ObjectRef<Integer> r = counter.call(Counter::later).remote(ResultForm.async());
          ObjectRef<Integer> r = Mobula.put(1); r.close();
          try (ObjectRef<Integer> r = Mobula.put(1)) { int x = r.get(); }
          try (var _ = Mobula.task(Given::square, 2).remote()) { Given.beep(); }
          List<Integer> all = Mobula.get(refs);
          List<Object> all = Mobula.get(List.of(one, text));
          WaitResult<ObjectRef<Integer>> w = Mobula.wait(refs, 1, Duration.ofSeconds(1));
          ObjectRef<List<String>> r = Mobula.put(List.of("a"));
          ObjectRef<Integer> r = runtime.task(Given::square, one).cpus(0.5).remote();
          Task1<Integer, Integer> t = runtime.task(Given::square);
          runtime.action(Given::print, text).remote();
          ActorHandle<Counter> a = runtime.actor(Counter::new, one).remote();"""));
}
