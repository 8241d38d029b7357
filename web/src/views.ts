// Bringing a view of a class into all panes, with the layers of its attention where it has some.
import type { Pane } from "./pane";
import type { ViewBox } from "./view_box";

export async function show_views(panes: Pane[], view: ViewBox, label: number | null): Promise<void> {
  const attentive = panes.find((pane) => pane.choice.model.prompts) ?? panes[0];
  const layers = view.kind === "attention" ? await attentive.attention_layers() : [];
  view.show_layers(layers, (layer) => attentive.layer_address(layer, label ?? 0));
  view.show_caption(panes[0].name_of(label));
  await Promise.all(panes.map((pane) => pane.show(view.kind, label, view.layer)));
}
