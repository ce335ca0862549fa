// What a change of inputs means: always an update in place, never a replacement.
//
// In: the inputs kept in the state, the new inputs. Out: a diff by top-level property. It says `build`, not which part
// of it, and it compares with the state's outputs, which hold no `build`: hence the display shows that block as added.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func diffImage(olds, news resource.PropertyMap) *pulumirpc.DiffResponse {
	detailed := map[string]*pulumirpc.PropertyDiff{}
	if diff := olds.Diff(news); diff != nil {
		for key := range diff.Adds {
			detailed[string(key)] = &pulumirpc.PropertyDiff{Kind: pulumirpc.PropertyDiff_ADD}
		}
		for key := range diff.Deletes {
			detailed[string(key)] = &pulumirpc.PropertyDiff{Kind: pulumirpc.PropertyDiff_DELETE}
		}
		for key, change := range diff.Updates {
			if key != "registry" || serverChanged(change) {
				detailed[string(key)] = &pulumirpc.PropertyDiff{Kind: pulumirpc.PropertyDiff_UPDATE}
			}
		}
	}
	if len(detailed) == 0 {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	}
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME, DetailedDiff: detailed, HasDetailedDiff: true}
}

// serverChanged lets credentials rotate, come and go without a build.
func serverChanged(change resource.ValueDiff) bool {
	if change.Object == nil {
		return false
	}
	_, changed := change.Object.Updates["server"]
	return changed
}
