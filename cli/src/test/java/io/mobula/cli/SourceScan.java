package io.mobula.cli;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** Types and Javadoc comments of all modules, read from the sources without compiling them. */
record SourceScan(List<SourceType> types, List<SourceComment> comments) {
  private static final List<String> MODULES = List.of(
      "core",
      "cluster-sharding-store",
      "gpu-resources",
      "parameter-server",
      "samples",
      "testkit",
      "jmh",
      "cli",
      "distribution");

  /**
   * Type that a source file declares.
   *
   * @param name its simple name
   * @param qualifiedName its name with package and enclosing types, all joined by dots
   * @param nested whether another type encloses it
   */
  record SourceType(String name, String qualifiedName, boolean nested) {}

  /**
   * Javadoc comment with the declaration that carries it.
   *
   * @param owner the name of that declaration
   * @param firstSentence as plain text; a link counts as the word that a reader sees
   * @param body the text of the whole comment without block tags, as written
   */
  record SourceComment(
      Path file, long line, String owner, boolean ofType, String firstSentence, String body) {
    String place() {
      return file + ":" + line;
    }
  }

  /**
   * Reads all sources below a root.
   *
   * @param root the folder of the repository
   */
  static SourceScan of(Path root) throws IOException {
    List<Path> files = new ArrayList<>();
    for (var module : MODULES) {
      for (var set : List.of("main", "test")) {
        var sources = root.resolve(module).resolve("src").resolve(set).resolve("java");
        if (Files.isDirectory(sources)) {
          try (var found = Files.walk(sources)) {
            found
                .filter(file -> file.toString().endsWith(".java"))
                .filter(file -> !Files.isSymbolicLink(file)) // a source of another module
                .forEach(files::add);
          }
        }
      }
    }
    return ofFiles(root, files);
  }

  static SourceScan ofFiles(Path root, List<Path> files) throws IOException {
    var scan = new SourceScan(new ArrayList<>(), new ArrayList<>());
    var compiler = ToolProvider.getSystemJavaCompiler();
    try (var manager = compiler.getStandardFileManager(null, null, null)) {
      var task = (JavacTask) compiler.getTask(
          null,
          manager,
          problem -> {},
          List.of("-proc:none"),
          null,
          manager.getJavaFileObjectsFromPaths(files));
      var trees = DocTrees.instance(task);
      for (var unit : task.parse()) {
        scan.new Reader(root, unit, trees).scan(new TreePath(unit), null);
      }
    }
    return scan;
  }

  /** Collects what one file declares. */
  private final class Reader extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final Path file;
    private final CompilationUnitTree unit;
    private final DocTrees trees;
    private final Deque<String> enclosing = new ArrayDeque<>();

    Reader(Path root, CompilationUnitTree unit, DocTrees trees) {
      this.file = root.relativize(Path.of(unit.getSourceFile().toUri()));
      this.unit = unit;
      this.trees = trees;
      enclosing.add(String.valueOf(unit.getPackageName()));
    }

    @Override
    public @Nullable Void visitClass(ClassTree tree, @Nullable Void ignored) {
      var name = tree.getSimpleName().toString();
      if (name.isEmpty()) {
        return super.visitClass(tree, ignored);
      }
      enclosing.addLast(name);
      types.add(new SourceType(name, String.join(".", enclosing), enclosing.size() > 2));
      read(tree, String.join(".", enclosing), true);
      super.visitClass(tree, ignored);
      enclosing.removeLast();
      return null;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree tree, @Nullable Void ignored) {
      read(tree, String.join(".", enclosing) + "#" + tree.getName(), false);
      return super.visitMethod(tree, ignored);
    }

    @Override
    public @Nullable Void visitVariable(VariableTree tree, @Nullable Void ignored) {
      read(tree, String.join(".", enclosing) + "#" + tree.getName(), false);
      return super.visitVariable(tree, ignored);
    }

    private void read(Tree tree, String owner, boolean ofType) {
      var comment = trees.getDocCommentTree(getCurrentPath());
      if (comment == null) {
        return;
      }
      long at = trees.getSourcePositions().getStartPosition(unit, tree);
      comments.add(new SourceComment(
          file,
          unit.getLineMap().getLineNumber(at),
          owner,
          ofType,
          text(comment.getFirstSentence()),
          body(comment)));
    }
  }

  private static String body(DocCommentTree comment) {
    return comment.getFullBody().stream().map(Object::toString).collect(Collectors.joining());
  }

  private static String text(List<? extends DocTree> parts) {
    return parts.stream()
        .map(part -> switch (part) {
          case LinkTree link when !link.getLabel().isEmpty() -> text(link.getLabel());
          case LinkTree link -> link.getReference().getSignature();
          case LiteralTree literal -> literal.getBody().getBody();
          default -> part.toString();
        })
        .collect(Collectors.joining())
        .strip();
  }

  /** The folder that holds all modules, for tests that run in the folder of one. */
  static Path repository() {
    var here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("cli")) ? here : parent(here);
  }

  private static Path parent(Path folder) {
    var parent = folder.getParent();
    if (parent == null) {
      throw new UncheckedIOException(new IOException(folder + " is in no folder"));
    }
    return parent;
  }
}
